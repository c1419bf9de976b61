import { documentValue } from '../bson/value.js'
import { readValidator } from '../query/validator.js'
import type { Collection } from './catalog.js'
import { kindOf } from './collection-kind.js'

/**
 * What follows from the options of a collection, as they are stored and as listCollections answers them.
 * @throws {EngineError} for a validator that is none
 */
export function fromOptions (options: Buffer): Omit<Collection, 'id' | 'namespace' | 'uuid' | 'indexes'> {
  const validator = readValidator(documentValue(options))
  return { options, ...kindOf(options), ...(validator && { validator }) }
}
