import { fields, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Expression } from './evaluation.js'

/** The arguments of an operator that takes them by name, as in `{ $filter: { input: …, cond: … } }`. */
export type Members = ReadonlyMap<string, Value>

/** Reads them; `unknown` makes the error for a name that is not among those that the operator has. */
export function readMembers (document: Value, names: readonly string[], unknown: (name: string) => EngineError): Members {
  const members = new Map<string, Value>()
  for (const [name, value] of fields(document)) {
    if (!names.includes(name)) throw unknown(name)
    members.set(name, value)
  }
  return members
}

export function required (members: Members, name: string, code: number, message: string): Value {
  const value = members.get(name)
  if (value === undefined) throw new EngineError(code, message)
  return value
}

export function optional (members: Members, name: string, parse: (value: Value) => Expression): Expression | undefined {
  const value = members.get(name)
  return value && parse(value)
}
