import { dateValue, millisecondsOf } from '../../bson/scalar.js'
import { BsonType, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { EvaluationContext, Expression } from '../evaluation.js'
import { isNullish, typeName } from '../operand.js'
import { UTC, zoneNamed, type Zone } from './zone.js'

/** The furthest milliseconds that a JavaScript Date can count, about 270,000 years from now. */
const FURTHEST = 8.64e15

/** The moment of a date, or of what has one inside. @throws {EngineError} 16006 */
export function momentFrom (value: Value): number {
  switch (value.type) {
    case BsonType.date: return checkMoment(Number(millisecondsOf(value)))
    case BsonType.timestamp: return value.bytes.readUInt32LE(value.start + 4) * 1000
    case BsonType.objectId: return value.bytes.readUInt32BE(value.start) * 1000
    default: throw new EngineError(16006, `can't convert from BSON type ${typeName(value)} to Date`)
  }
}

export function isMoment ({ type }: Value): boolean {
  return type === BsonType.date || type === BsonType.timestamp || type === BsonType.objectId
}

export function dateOf (moment: number): Value {
  return dateValue(BigInt(checkMoment(moment)))
}

/** The zone that an expression names: UTC when there is no expression, none when it gives null. */
export function zoneOf (expression: Expression | undefined, context: EvaluationContext): Zone | undefined {
  if (expression === undefined) return UTC
  const name = expression.evaluate(context)
  if (isNullish(name)) return undefined
  if (name.type !== BsonType.string) throw new EngineError(40517, `timezone must evaluate to a string, found ${typeName(name)}`)
  return zoneNamed(stringOf(name))
}

function checkMoment (moment: number): number {
  if (!(Math.abs(moment) <= FURTHEST)) throw new EngineError('Overflow', 'the date is out of the range that this server can calculate with')
  return moment
}
