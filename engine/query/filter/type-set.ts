import { describe } from '../../bson/describe.js'
import { isNumber, wholeNumber } from '../../bson/number.js'
import { arrayElements, BsonType, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'

/** The types that `$type` names: by alias, by number, or as an array of both. */
export function parseTypes (operand: Value): Set<number> {
  const listed = operand.type === BsonType.array ? arrayElements(operand) : [operand]
  return new Set(listed.flatMap(parseType))
}

const typesByName: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...Object.entries(typeNames).map(([type, name]): [string, number[]] => [name, [Number(type)]]),
  ['number', [BsonType.double, BsonType.int32, BsonType.int64, BsonType.decimal128]]
])

function parseType (operand: Value): readonly number[] {
  if (operand.type === BsonType.string) return typesNamed(stringOf(operand))
  if (isNumber(operand)) return [typeNumbered(operand)]
  throw new EngineError('TypeMismatch', 'type must be represented as a number or a string')
}

/** The types of an alias; `number` has four. @throws {EngineError} BadValue */
export function typesNamed (alias: string): readonly number[] {
  const types = typesByName.get(alias)
  if (types === undefined) throw new EngineError('BadValue', `Unknown type name alias: ${alias}`)
  return types
}

function typeNumbered (operand: Value): number {
  // MinKey's type byte 0xff is the number -1.
  const type = Number(wholeNumber(operand) ?? NaN)
  const byte = type === -1 ? BsonType.minKey : type
  if (type !== BsonType.minKey && typeNames[byte] !== undefined) return byte
  const advice = type === 0 ? '. Instead use {$exists:false}.' : ''
  throw new EngineError('BadValue', `Invalid numerical type code: ${describe(operand)}${advice}`)
}
