import { BsonType, buildDocument, documentValue, fields, findField, type Value } from '../bson/value.js'
import { describe } from '../bson/describe.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from './catalog.js'

const NULL: Value = { type: BsonType.null, bytes: Buffer.alloc(0), start: 0, end: 0 }

/** The error of a document whose values at the index's paths stand in another document: E11000, worded as by mongod. */
export function duplicateKey (collection: Collection, index: Index, values: readonly (Value | undefined)[]): EngineError {
  const specification = findField(documentValue(index.spec), 'collation')
  const collation = specification === undefined ? '' : ` collation: ${describe(specification)}`
  const keyPattern = findField(documentValue(index.spec), 'key')!
  const keyValue = documentValue(buildDocument([...fields(keyPattern)].map(([path], at) => [path, values[at] ?? NULL])))
  return new EngineError('DuplicateKey',
    `E11000 duplicate key error collection: ${collection.namespace} index: ${index.name}${collation} dup key: ${describe(keyValue)}`,
    { keyPattern, keyValue })
}
