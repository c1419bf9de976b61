import { describe } from '../bson/describe.js'
import { typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'

/** What is wrong with the specification of an index, in mongod's words. */

export function cannotCreate (message: string): EngineError {
  return new EngineError('CannotCreateIndex', message)
}

export function missing (field: string): EngineError {
  return new EngineError('FailedToParse', `The '${field}' field is a required property of an index specification`)
}

export function typeMismatch (field: string, wanted: string, value: Value): EngineError {
  return new EngineError('TypeMismatch', `The field '${field}' must be ${wanted}, but got ${typeNames[value.type]}`)
}

/** @param which "an index" or "an _id index" */
export function notValid (field: string, which: string, spec: Value): EngineError {
  return new EngineError('InvalidIndexSpecificationOption', `The field '${field}' is not valid for ${which} specification. Specification: ${describe(spec)}`)
}
