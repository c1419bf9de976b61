import { fields, isDocument, type Value } from '../bson/value.js'
import type { EngineError } from '../errors.js'

/**
 * The members of a stage's specification, which may have no others.
 * @param refuse makes the error for a member that there is not; each stage has its own
 */
export function readOptions<Name extends string> (specification: Value, names: readonly Name[], refuse: (name: string) => EngineError): Partial<Record<Name, Value>> {
  const options: Partial<Record<Name, Value>> = {}
  for (const [given, value] of isDocument(specification) ? fields(specification) : []) {
    const name = names.find((name) => name === given)
    if (name === undefined) throw refuse(given)
    options[name] = value
  }
  return options
}
