import { randomBytes } from 'node:crypto'
import { buildDocument, encode, fields, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexesWithRows, type Collection, type Index, type View } from './catalog.js'
import type { Changes } from './changes.js'
import { fromOptions } from './collection-options.js'
import { current } from './document-changes.js'
import { discard } from './garbage.js'
import { indexFromSpec, ID_INDEX_SPEC } from './index-spec.js'
import { checkCreatable, type Namespace } from './namespace.js'

/** @throws {EngineError} NamespaceExists, InvalidNamespace */
export function createCollection (changes: Changes, namespace: Namespace, options: Buffer): Collection {
  checkFree(changes, namespace)
  const collection: Collection = {
    id: changes.nextId(),
    namespace,
    uuid: randomUuid(),
    ...fromOptions(options),
    indexes: []
  }
  const specs = specsOf(collection)
  const made = { ...collection, indexes: specs.map((spec) => indexFromSpec(changes.nextId(), spec)) }
  changes.saveEntry(made)
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
  changes.saveEntry({ id: changes.nextId(), namespace, viewOn, pipeline })
}

/** The new definition is that of the same view. */
export function changeView (changes: Changes, view: View): void {
  changes.saveEntry(view)
}

export function dropView (changes: Changes, view: View): void {
  changes.removeEntry(view)
}

/** It is gone at once; its rows are removed bit by bit (garbage.ts). */
export function dropCollection (changes: Changes, stale: Collection): void {
  const collection = current(changes, stale)
  changes.removeEntry(collection)
  discard(changes, 'documents', collection.id)
  for (const { id } of indexesWithRows(collection)) discard(changes, 'entries', id)
}

/** @throws {EngineError} NamespaceExists, InvalidNamespace */
export function renameCollection (changes: Changes, stale: Collection, namespace: Namespace): void {
  checkFree(changes, namespace, 'target namespace exists')
  changes.saveEntry({ ...current(changes, stale), namespace })
}

/** Gives a collection other options; the documents that it has are not looked at. */
export function changeOptions (changes: Changes, stale: Collection, options: Buffer): void {
  const { id, namespace, uuid, indexes } = current(changes, stale)
  changes.saveEntry({ id, namespace, uuid, indexes, ...fromOptions(options) })
}

/** Adds an index without entries; `ready` says whether it needs none. */
export function addIndex (changes: Changes, stale: Collection, spec: Buffer, ready: boolean): Index {
  const collection = current(changes, stale)
  const index: Index = { ...indexFromSpec(changes.nextId(), spec), ready }
  changes.saveEntry({ ...collection, indexes: [...collection.indexes, index] })
  return index
}

export function finishIndex (changes: Changes, stale: Collection, { id }: Index): void {
  const collection = current(changes, stale)
  changes.saveEntry({ ...collection, indexes: collection.indexes.map((index) => index.id === id ? { ...index, ready: true } : index) })
}

/** Gives an index another spec, by which it has the same entries. */
export function changeIndex (changes: Changes, stale: Collection, { id }: Index, spec: Buffer): void {
  const collection = current(changes, stale)
  const changed = ({ multikeyPaths, hasCutKeys, ready }: Index): Index => ({ ...indexFromSpec(id, spec), multikeyPaths, hasCutKeys, ready })
  changes.saveEntry({ ...collection, indexes: collection.indexes.map((index) => index.id === id ? changed(index) : index) })
}

export function dropIndex (changes: Changes, stale: Collection, { id }: Index): void {
  const collection = current(changes, stale)
  changes.saveEntry({ ...collection, indexes: collection.indexes.filter((index) => index.id !== id) })
  discard(changes, 'entries', id)
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
