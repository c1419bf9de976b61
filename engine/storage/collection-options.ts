import { documentValue } from '../bson/value.js'
import { readValidator } from '../query/validator.js'
import type { Collection } from './catalog.js'

/**
 * What follows from the options of a collection, as they are stored and as listCollections answers them.
 * @throws {EngineError} for a validator that is none
 */
export function fromOptions (options: Buffer): Pick<Collection, 'options' | 'validator'> {
  const validator = readValidator(documentValue(options))
  return { options, ...(validator && { validator }) }
}
