import { randomBytes } from 'node:crypto'
import { Binary } from 'bson'
import { stringValue } from '../bson/scalar.js'
import { arrayValue, buildDocument, documentValue, encode, fields, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexesWithRows, isView, type Collection, type Index, type View } from './catalog.js'
import type { Changes } from './changes.js'
import { fromOptions } from './collection-options.js'
import { CollectionUsage } from './collection-usage.js'
import { current } from './document-changes.js'
import { discard } from './garbage.js'
import { ID_INDEX_SPEC, indexFromSpec, withCollation } from './index-spec.js'
import { checkCreatable, type Namespace } from './namespace.js'

/** What the history tells of a collMod: what was asked for, and what was so before. */
export interface Modification { readonly change: Buffer, readonly before: Buffer }

/** @throws {EngineError} NamespaceExists, InvalidNamespace */
export function createCollection (changes: Changes, namespace: Namespace, options: Buffer, uuid = randomUuid()): Collection {
  checkFree(changes, namespace)
  const collection: Collection = {
    id: changes.nextId(),
    namespace,
    uuid,
    ...fromOptions(options),
    indexes: [],
    usage: new CollectionUsage()
  }
  const specs = specsOf(collection).map((spec) => withCollation(spec, collection.collation))
  const made = { ...collection, indexes: specs.map((spec) => indexFromSpec(changes.nextId(), spec)) }
  changes.saveEntry(made)
  changes.history?.record('create', made, buildDocument([...fields(documentValue(options)), ['idIndex', documentValue(ID_INDEX_SPEC)]]))
  return made
}

/** The indexes that come with a collection. */
function specsOf ({ clusteredIndex, timeseries }: Collection): Buffer[] {
  if (timeseries === undefined) return [clusteredIndex === undefined ? ID_INDEX_SPEC : clusteredSpec(clusteredIndex)]
  const { timeField, metaField } = timeseries
  // Since 6.3 a time series has an index on its fields.
  return metaField === undefined ? [] : [encode({ v: 2, key: { [metaField]: 1, [timeField]: 1 }, name: `${metaField}_1_${timeField}_1` })]
}

function clusteredSpec (clusteredIndex: Value): Buffer {
  return buildDocument([...fields(clusteredIndex), ['clustered', valueFrom(true)]])
}

/**
 * What the view reads must have been checked.
 * @throws {EngineError} NamespaceExists, InvalidNamespace
 */
export function createView (changes: Changes, namespace: Namespace, viewOn: Namespace, pipeline: Value): void {
  checkFree(changes, namespace)
  const view = { id: changes.nextId(), namespace, viewOn, pipeline }
  changes.saveEntry(view)
  changes.history?.record('create', view, definitionOf(view))
}

/** The new definition is that of the same view. */
export function changeView (changes: Changes, view: View): void {
  changes.saveEntry(view)
  changes.history?.record('modify', view, definitionOf(view))
}

export function dropView (changes: Changes, view: View): void {
  changes.removeEntry(view)
  changes.history?.record('dropView', view)
}

export function dropCollection (changes: Changes, stale: Collection): void {
  const collection = current(changes, stale)
  remove(changes, collection)
  changes.history?.record('drop', collection)
}

/** All collections and views of a database; without any there is no such database. Returns how many there were. */
export function dropDatabase (changes: Changes, database: string): number {
  const entries = changes.catalog.entries(database)
  for (const entry of entries) {
    if (isView(entry)) dropView(changes, entry)
    else dropCollection(changes, entry)
  }
  if (entries.length > 0) changes.history?.recordDropDatabase(database)
  return entries.length
}

/**
 * @param dropTarget whether it may take the place of another collection
 * @throws {EngineError} NamespaceExists, InvalidNamespace
 */
export function renameCollection (changes: Changes, stale: Collection, namespace: Namespace, dropTarget: boolean): void {
  const collection = current(changes, stale)
  const target = dropTarget ? changes.catalog.find(namespace) : undefined
  if (target !== undefined) remove(changes, target)
  checkFree(changes, namespace, 'target namespace exists')
  changes.saveEntry({ ...collection, namespace })
  changes.history?.recordRename(collection, namespace, encode({
    to: { db: namespace.database, coll: namespace.collection },
    dropTarget: target && new Binary(target.uuid, Binary.SUBTYPE_UUID)
  }))
}

export function recordModification (changes: Changes, stale: Collection, { change, before }: Modification): void {
  changes.history?.record('modify', current(changes, stale), change, before)
}

/** Gives a collection other options; the documents that it has are not looked at. */
export function changeOptions (changes: Changes, stale: Collection, options: Buffer): void {
  const { id, namespace, uuid, indexes, usage } = current(changes, stale)
  changes.saveEntry({ id, namespace, uuid, indexes, usage, ...fromOptions(options) })
}

/** Adds an index without entries; `ready` says whether it needs none. */
export function addIndex (changes: Changes, stale: Collection, spec: Buffer, ready: boolean): Index {
  const collection = current(changes, stale)
  const index: Index = { ...indexFromSpec(changes.nextId(), spec), ready }
  changes.saveEntry({ ...collection, indexes: [...collection.indexes, index] })
  if (ready) recordIndex(changes, 'createIndexes', collection, index)
  return index
}

export function finishIndex (changes: Changes, stale: Collection, finished: Index): void {
  const collection = current(changes, stale)
  changes.saveEntry({ ...collection, indexes: collection.indexes.map((index) => index.id === finished.id ? { ...index, ready: true } : index) })
  recordIndex(changes, 'createIndexes', collection, finished)
}

/** Gives an index another spec, by which it has the same entries. */
export function changeIndex (changes: Changes, stale: Collection, { id }: Index, spec: Buffer): void {
  const collection = current(changes, stale)
  const changed = ({ multikeyPaths, hasCutKeys, ready, usage }: Index): Index => ({ ...indexFromSpec(id, spec), multikeyPaths, hasCutKeys, ready, usage })
  changes.saveEntry({ ...collection, indexes: collection.indexes.map((index) => index.id === id ? changed(index) : index) })
}

export function dropIndex (changes: Changes, stale: Collection, dropped: Index): void {
  const collection = current(changes, stale)
  changes.saveEntry({ ...collection, indexes: collection.indexes.filter((index) => index.id !== dropped.id) })
  discard(changes, 'entries', dropped.id)
  // Of one that was never finished nobody has been told.
  if (dropped.ready) recordIndex(changes, 'dropIndexes', collection, dropped)
}

/** It is gone at once; its rows are removed bit by bit (garbage.ts). */
function remove (changes: Changes, collection: Collection): void {
  changes.removeEntry(collection)
  discard(changes, 'documents', collection.id)
  for (const { id } of indexesWithRows(collection)) discard(changes, 'entries', id)
}

function recordIndex (changes: Changes, kind: 'createIndexes' | 'dropIndexes', collection: Collection, { spec }: Index): void {
  changes.history?.record(kind, collection, buildDocument([['indexes', arrayValue([documentValue(spec)])]]))
}

/** What the history tells of a view. */
function definitionOf ({ viewOn, pipeline }: View): Buffer {
  return buildDocument([['viewOn', stringValue(viewOn.collection)], ['pipeline', pipeline]])
}

function checkFree (changes: Changes, namespace: Namespace, message = `namespace ${namespace} already exists`): void {
  checkCreatable(namespace)
  if (changes.catalog.entry(namespace) !== undefined) throw new EngineError('NamespaceExists', message)
}

/** A random UUID (RFC 9562, version 4). */
function randomUuid (): Buffer {
  const uuid = randomBytes(16)
  uuid[6] = (uuid[6] & 0x0f) | 0x40
  uuid[8] = (uuid[8] & 0x3f) | 0x80
  return uuid
}
