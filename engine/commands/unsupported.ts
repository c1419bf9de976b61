import { boolOf, BsonType, isDocument, isEmpty, type Value } from '../bson/value.js'
import { notImplemented } from '../errors.js'
import type { Arguments } from './arguments.js'
import type { Fields } from './fields.js'

/**
 * Refuses members that MongoDB knows and this engine does not honour: an option that is not obeyed is an error and
 * never ignored, since the answer would be another than the one asked for. `false` and `{}` ask for nothing.
 * @throws {EngineError} NotImplemented
 */
export function refuseUnsupported (args: Arguments, names: readonly string[]): void {
  const given = names.find((name) => asksForSomething(args.value(name)))
  if (given !== undefined) throw notImplemented(`BSON field '${args.path}.${given}' is`)
}

function asksForSomething (value: Value | undefined): boolean {
  if (value === undefined) return false
  return value.type === BsonType.bool ? boolOf(value) : !isDocument(value) || !isEmpty(value)
}

/** Lists such members among those that a command has, of whatever type, so that they are refused by name. */
export function anyOf (names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, 'any']))
}
