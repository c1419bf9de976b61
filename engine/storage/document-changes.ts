import { buildDocument, documentValue, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexValues } from '../query/index-values.js'
import { indexesWithRows, type Collection, type Index } from './catalog.js'
import type { ChangeKind } from './change-row.js'
import type { Changes } from './changes.js'
import { duplicateKey } from './duplicate-key.js'
import { keepsImages } from './images.js'
import { difference, indexKeys, MOST_KEYS, NO_KEYS, type DocumentKeys } from './index-keys.js'
import { encodeKey, isCut, storedKey } from './key.js'
import { checkSame, idOf, newRecordId } from './record-ids.js'
import { documentRow, entryRow, rowPrefix } from './rows.js'
import { textKeyValues } from './text-keys.js'

/** How many documents an insert into a capped collection removes at most: meanwhile all others wait. */
const MAX_REMOVED = 1000

/** What a change of a document does to one index. */
interface EntryChange {
  readonly index: Index
  readonly before: DocumentKeys
  readonly after: DocumentKeys
}

/**
 * Like the two below it checks everything before its first put, so that a work may catch the error and go on.
 * @throws {EngineError} DuplicateKey, CannotIndexParallelArrays
 */
export function insertDocument (changes: Changes, stale: Collection, document: Buffer): void {
  const collection = current(changes, stale)
  const value = documentValue(document)
  checkSize(collection, document)
  const recordId = newRecordId(changes, collection, value)
  const key = documentRow(collection.id, recordId)
  changes.claim('documents', key)
  if (changes.tables.documents.get(key) !== undefined) throw duplicateKey(collection, collection.indexes[0], [idOf(value)])
  const entryChanges = entryChangesOf(changes, collection, recordId, undefined, value)
  if (collection.recordIds === 'id' && isCut(recordId)) noteKeys(changes, collection, collection.indexes[0], { ...NO_KEYS, hasCutKeys: true })
  changes.put(changes.tables.documents, key, document, undefined)
  changeEntries(changes, collection, recordId, entryChanges)
  changes.adjustCount(collection.id, 1, document.length)
  record(changes, 'insert', collection, document)
  removeOldest(changes, collection)
}

/**
 * The two documents have the same `_id`.
 * @param description of an update: what the history tells in place of the whole document
 */
export function replaceDocument (changes: Changes, stale: Collection, recordId: Buffer, before: Buffer, after: Buffer, description?: Buffer): void {
  const collection = current(changes, stale)
  const value = documentValue(after)
  checkSame(collection, before, value)
  const key = documentRow(collection.id, recordId)
  changes.claim('documents', key)
  const entryChanges = entryChangesOf(changes, collection, recordId, documentValue(before), value)
  changes.put(changes.tables.documents, key, after, before)
  changeEntries(changes, collection, recordId, entryChanges)
  changes.adjustCount(collection.id, 0, after.length - before.length)
  const images = keepsImages(collection) ? [before, after] : []
  if (description !== undefined) record(changes, 'update', collection, documentKey(idOf(value)), description, ...images)
  else record(changes, 'replace', collection, after, ...images.slice(0, 1))
}

export function removeDocument (changes: Changes, stale: Collection, recordId: Buffer, document: Buffer): void {
  const collection = current(changes, stale)
  const key = documentRow(collection.id, recordId)
  const value = documentValue(document)
  changes.claim('documents', key)
  const entryChanges = entryChangesOf(changes, collection, recordId, value, undefined)
  changes.remove(changes.tables.documents, key, document)
  changeEntries(changes, collection, recordId, entryChanges)
  changes.adjustCount(collection.id, -1, -document.length)
  if (collection.timeseries === undefined) record(changes, 'delete', collection, documentKey(idOf(value)), ...keepsImages(collection) ? [document] : [])
}

function checkSize ({ capped }: Collection, document: Buffer): void {
  if (capped !== undefined && document.length > capped.size) throw new EngineError('BadValue', 'object to insert exceeds cappedMaxSize')
}

/** Keeps a capped collection within its limits. When these have been lowered, what is left goes with the next inserts. */
function removeOldest (changes: Changes, collection: Collection): void {
  const { id, capped } = collection
  if (capped === undefined) return
  for (let removed = 0; removed < MAX_REMOVED; removed++) {
    const { documents, bytes } = changes.count(id)
    if (bytes <= capped.size && documents <= capped.max) return
    const [oldest] = changes.tables.documents.getRange({ start: rowPrefix(id), end: rowPrefix(id + 1), limit: 1 })
    removeDocument(changes, collection, oldest.key.subarray(4), oldest.value)
  }
}

/** Puts the entries of a document that is there already into an index that is being built. */
export function indexDocument (changes: Changes, collection: Collection, index: Index, recordId: Buffer, document: Buffer): void {
  const after = checkedKeys(changes, collection, index, recordId, documentValue(document))
  changeEntries(changes, collection, recordId, [{ index, before: NO_KEYS, after }])
}

/** The collection as the works before this one have left it. */
export function current (changes: Changes, { id, namespace }: Collection): Collection {
  const collection = changes.catalog.byId(id)
  if (collection === undefined) throw new EngineError('NamespaceNotFound', `ns not found: ${namespace} was dropped`)
  return collection
}

/** Of a time series, whose documents need no `_id` to be told apart, no stream can be opened. */
function record (changes: Changes, kind: ChangeKind, collection: Collection, ...documents: readonly Buffer[]): void {
  if (collection.timeseries === undefined) changes.history?.record(kind, collection, ...documents)
}

/** What tells a document from all others of its collection. */
function documentKey (id: Value): Buffer {
  return buildDocument([['_id', id]])
}

function entryChangesOf (changes: Changes, collection: Collection, recordId: Buffer, before: Value | undefined, after: Value | undefined): EntryChange[] {
  return indexesWithRows(collection).map((index) => {
    const keysBefore = before === undefined ? NO_KEYS : indexKeys(before, index)
    // What older versions have stored may stay as it is.
    const most = Math.max(MOST_KEYS, keysBefore.keys.length)
    return { index, before: keysBefore, after: after === undefined ? NO_KEYS : checkedKeys(changes, collection, index, recordId, after, most) }
  })
}

/** The keys of a document that is about to be stored. */
function checkedKeys (changes: Changes, collection: Collection, index: Index, recordId: Buffer, document: Value, most = MOST_KEYS): DocumentKeys {
  const found = indexKeys(document, index, most)
  for (const key of index.unique ? found.keys : []) {
    const row = entryRow(index, key, recordId)
    // An index that is being built waits for nobody; the commit of a transaction checks its keys.
    if (index.ready) changes.claim('entries', row)
    const owner = changes.tables.entries.get(row)
    if (owner !== undefined && !owner.equals(recordId)) throw duplicateKey(collection, index, valuesOf(document, index, key))
  }
  return found
}

/** The values that a stored key was made of. */
function valuesOf (document: Value, index: Index, key: Buffer): readonly (Value | undefined)[] {
  if (index.text !== undefined) return textKeyValues(document, index.text, key)
  const directions = index.key.map(({ direction }) => direction)
  return indexValues(document, index.paths).rows.find((row) => storedKey(encodeKey(row, directions, index.collation)).equals(key))!
}

function changeEntries (changes: Changes, collection: Collection, recordId: Buffer, entryChanges: readonly EntryChange[]): void {
  const { entries } = changes.tables
  for (const { index, before, after } of entryChanges) {
    noteKeys(changes, collection, index, after)
    for (const key of difference(before.keys, after.keys)) {
      const row = entryRow(index, key, recordId)
      // While an index is being built it may not have this document yet, and a unique key may be another's.
      if (index.ready || entries.get(row)?.equals(recordId)) changes.remove(entries, row, recordId)
    }
    for (const key of difference(after.keys, before.keys)) {
      const row = entryRow(index, key, recordId)
      changes.put(entries, row, recordId, index.ready ? undefined : entries.get(row))
    }
  }
}

/** Notes in the catalog what the planner must know of an index from the first document on that shows it, for ever. */
function noteKeys (changes: Changes, { id }: Collection, { id: indexId }: Index, { arrayPaths, hasCutKeys }: DocumentKeys): void {
  if (arrayPaths.length === 0 && !hasCutKeys) return
  const collection = changes.catalog.byId(id)!
  const index = collection.indexes.find((index) => index.id === indexId)!
  const isKnown = arrayPaths.every((path) => index.multikeyPaths.has(path)) && (index.hasCutKeys || !hasCutKeys)
  if (isKnown) return
  const noted = { ...index, multikeyPaths: new Set([...index.multikeyPaths, ...arrayPaths]), hasCutKeys: index.hasCutKeys || hasCutKeys }
  changes.saveEntry({ ...collection, indexes: collection.indexes.map((other) => other === index ? noted : other) })
}
