import { documentValue, findField } from '../bson/value.js'
import { readCollation } from '../collation/specification.js'
import { readValidator } from '../query/validator.js'
import type { Collection } from './catalog.js'
import { kindOf } from './collection-kind.js'

/**
 * What follows from the options of a collection, as they are stored and as listCollections answers them.
 * @throws {EngineError} for a validator that is none
 */
export function fromOptions (options: Buffer): Omit<Collection, 'id' | 'namespace' | 'uuid' | 'indexes' | 'usage'> {
  const specification = findField(documentValue(options), 'collation')
  const collation = specification && readCollation(specification)
  const validator = readValidator(documentValue(options), collation)
  return { options, ...kindOf(options), ...(collation && { collation }), ...(validator && { validator }) }
}
