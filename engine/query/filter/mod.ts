import { isNaNValue, isNumber, nearestDouble, truncatedInteger } from '../../bson/number.js'
import { arrayElements, BsonType, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { FilterNode } from './node.js'
import { testNode, type Operation, type ParseOperator } from './operator.js'

/** `$mod: [divisor, remainder]` on integer parts, with the sign of the dividend as in C. */
export const modOperators: Readonly<Record<string, ParseOperator>> = { $mod: parseMod }

function parseMod (operation: Operation): FilterNode {
  if (operation.operand.type !== BsonType.array) throw malformed('needs to be an array')
  const [first, second, ...others] = arrayElements(operation.operand)
  if (first === undefined || second === undefined) throw malformed('not enough elements')
  if (others.length > 0) throw malformed('too many elements')
  const divisor = readInteger('divisor', first)
  const remainder = readInteger('remainder', second)
  if (divisor === 0n) throw new EngineError('BadValue', 'divisor cannot be 0')
  return testNode(operation, {
    matches: (value) => value !== undefined && isNumber(value) && remainderOf(value, divisor) === remainder
  })
}

function remainderOf (value: Value, divisor: bigint): bigint | undefined {
  const dividend = truncatedInteger(value)
  return dividend === undefined ? undefined : dividend % divisor
}

function readInteger (role: 'divisor' | 'remainder', value: Value): bigint {
  if (!isNumber(value)) throw malformed(`${role} not a number`)
  const integer = truncatedInteger(value)
  if (integer !== undefined) return integer
  const endless = isNaNValue(value) || !Number.isFinite(nearestDouble(value))
  const cause = endless ? 'Unable to coerce NaN/Inf to integral type' : 'Out of bounds coercing to integral value'
  throw malformed(`${role} value is invalid :: caused by :: ${cause}`)
}

function malformed (reason: string): EngineError {
  return new EngineError('BadValue', `malformed mod, ${reason}`)
}
