import { equalValues } from '../bson/order.js'
import { BsonType, documentValue, findField, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection } from './catalog.js'
import type { Changes } from './changes.js'
import { encodeKey, recordIdOf } from './key.js'

const NUMBER_BYTES = 8

/** The id under which a new document is stored. @throws {EngineError} InvalidIdField, BadValue */
export function newRecordId (changes: Changes, collection: Collection, document: Value): Buffer {
  switch (collection.recordIds) {
    case 'id': return recordIdOf(idOf(document), collection.collation)
    case 'sequence': return numberBytes(changes.nextRecord(collection.id))
    case 'time': return Buffer.concat([encodeKey([timeOf(collection, document)], [1]), numberBytes(changes.nextRecord(collection.id))])
  }
}

/** Whether a stored document is where it belongs; `last` is the last number that its collection has given. */
export function belongs (collection: Collection, recordId: Buffer, document: Value, last: number): boolean {
  if (collection.recordIds === 'id') return recordIdOf(idOf(document), collection.collation).equals(recordId)
  const key = collection.recordIds === 'time' ? encodeKey([timeOf(collection, document)], [1]) : Buffer.alloc(0)
  const at = recordId.length - NUMBER_BYTES
  return recordId.subarray(0, at).equals(key) && Number(recordId.readBigUInt64BE(at)) <= last
}

/** @throws {EngineError} ImmutableField when the document would no longer be the same one, or not where it belongs */
export function checkSame (collection: Collection, before: Buffer, after: Value): void {
  const old = documentValue(before)
  if (!equalValues(findField(old, '_id'), idOf(after))) throw immutable('_id')
  if (collection.recordIds === 'time' && !equalValues(timeOf(collection, old), timeOf(collection, after))) throw immutable(collection.timeseries!.timeField)
}

function immutable (field: string): EngineError {
  return new EngineError('ImmutableField', `Performing an update on the path '${field}' would modify the immutable field '${field}'`)
}

export function idOf (document: Value): Value {
  const id = findField(document, '_id')
  if (id === undefined) throw new EngineError('InvalidIdField', 'a document without _id cannot be stored')
  return id
}

function timeOf ({ timeseries }: Collection, document: Value): Value {
  const { timeField } = timeseries!
  const time = findField(document, timeField)
  if (time?.type === BsonType.date) return time
  throw new EngineError('BadValue', `'${timeField}' must be present and contain a valid BSON UTC datetime value`)
}

function numberBytes (number: number): Buffer {
  const bytes = Buffer.allocUnsafe(NUMBER_BYTES)
  bytes.writeBigUInt64BE(BigInt(number))
  return bytes
}
