import { buildDocument, fields, isEmpty, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { validationActions, validationLevels } from '../query/validator.js'
import type { Namespace } from '../storage/namespace.js'
import { readFields, type Arguments } from './arguments.js'
import type { Fields } from './fields.js'

export const validationFields: Fields = { validator: 'document', validationLevel: 'string', validationAction: 'string' }

/** What `create` and `collMod` say of the documents of a collection. */
export const optionFields: Fields = { ...validationFields, changeStreamPreAndPostImages: 'document' }

/** The databases in which MongoDB keeps what is its own. */
const internalDatabases = new Set(['admin', 'config', 'local'])

/**
 * The options of a collection after a command.
 * @param before those that it has had, as they are stored
 * @throws {EngineError} BadValue for an unknown level or action, InvalidOptions for a validator where none may be
 */
export function changedOptions (args: Arguments, namespace: Namespace, before: Value): Buffer {
  checkChoice(args, 'validationLevel', validationLevels)
  checkChoice(args, 'validationAction', validationActions)
  const validator = args.document('validator')
  if (validator !== undefined && !isEmpty(validator) && internalDatabases.has(namespace.database)) {
    throw new EngineError('InvalidOptions', `Document validators are not allowed on collection ${namespace} in the ${namespace.database} internal database`)
  }
  const options = new Map(fields(before))
  for (const name of Object.keys(validationFields)) {
    const value = args.value(name)
    if (value !== undefined) options.set(name, value)
  }
  // An empty validator is none.
  if (validator !== undefined && isEmpty(validator)) options.delete('validator')
  setImages(options, args, namespace)
  return buildDocument(options)
}

/** Images are kept or not; that they are not is not stored. */
function setImages (options: Map<string, Value>, args: Arguments, namespace: Namespace): void {
  const images = args.document('changeStreamPreAndPostImages')
  if (images === undefined) return
  const wanted = readFields(`${args.path}.changeStreamPreAndPostImages`, { enabled: 'bool' }, images)
  wanted.requiredValue('enabled')
  if (wanted.bool('enabled') && internalDatabases.has(namespace.database)) {
    throw new EngineError('InvalidOptions', `Change stream pre- and post-images are not allowed on collection ${namespace} in the ${namespace.database} internal database`)
  }
  if (wanted.bool('enabled')) options.set('changeStreamPreAndPostImages', valueFrom({ enabled: true }))
  else options.delete('changeStreamPreAndPostImages')
}

function checkChoice (args: Arguments, name: string, choices: readonly string[]): void {
  const given = args.string(name)
  if (given !== undefined && !choices.includes(given)) {
    throw new EngineError('BadValue', `Enumeration value '${given}' for field '${args.path}.${name}' is not a valid value.`)
  }
}
