import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Document } from 'bson'
import type { Test } from 'tap'
import { documentValue, encode, findField, toJs, valueFrom, type Value } from '../bson/value.js'
import type { Collection, Index } from '../storage/catalog.js'
import { createIndexes } from '../storage/create-indexes.js'
import { recordIdOf } from '../storage/key.js'
import { Namespace } from '../storage/namespace.js'
import { openStore, type Reader, type Store, type StoreOptions } from '../storage/store.js'

export const things = new Namespace('test', 'things')

/** A directory that is gone after the test. */
export async function temporaryDirectory (t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-store-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** An empty store in a directory of its own, closed after the test. */
export async function temporaryStore (t: Test, options: StoreOptions = {}): Promise<Store> {
  const store = await openStore(await temporaryDirectory(t), options)
  t.teardown(() => store.close())
  return store
}

/** A store with one collection, which has the given indexes. */
export async function storeOfThings (t: Test, specs: readonly Document[] = [], options: StoreOptions = {}): Promise<{ store: Store, collection: Collection }> {
  const store = await temporaryStore(t, options)
  return { store, collection: await startOver(store, specs) }
}

/** Makes the collection anew: for tests that try much in one store. */
export async function startOver (store: Store, specs: readonly Document[]): Promise<Collection> {
  await store.write((tx) => {
    const before = tx.catalog.find(things)
    if (before !== undefined) tx.dropCollection(before)
    tx.createCollection(things)
  })
  if (specs.length > 0) await createIndexes(store, things, specs.map(indexSpec))
  return collectionOf(store)
}

/** A specification with the name that drivers give it. */
export function indexSpec ({ key, ...options }: Document): Value {
  return valueFrom({ key, name: Object.entries(key).flat().join('_'), ...options })
}

export function collectionOf (store: Store): Collection {
  const collection = store.catalog.find(things)
  if (collection === undefined) throw new Error(`no collection ${things}`)
  return collection
}

export function indexOf (store: Store, name: string): Index {
  const index = collectionOf(store).indexes.find((index) => index.name === name)
  if (index === undefined) throw new Error(`no index ${name}`)
  return index
}

export async function insert (store: Store, ...documents: readonly Document[]): Promise<void> {
  await store.write((tx) => documents.forEach((document) => tx.insert(collectionOf(store), encode(document))))
}

/** Replaces the document of the same `_id`. */
export async function replace (store: Store, document: Document): Promise<void> {
  const id = recordIdFor(document._id)
  await store.write((tx) => {
    tx.replace(collectionOf(store), id, tx.document(collectionOf(store), id)!, encode(document))
  })
}

export async function remove (store: Store, id: unknown): Promise<void> {
  await store.write((tx) => {
    tx.remove(collectionOf(store), recordIdFor(id), tx.document(collectionOf(store), recordIdFor(id))!)
  })
}

export function recordIdFor (id: unknown): Buffer {
  return recordIdOf(valueFrom(id))
}

export function idIn (document: Buffer): unknown {
  return plain(findField(documentValue(document), '_id')!)
}

/** The `_id`s of the documents in their natural order. */
export function ids (reader: Reader, collection: Collection): unknown[] {
  return [...reader.documents(collection)].map(({ document }) => idIn(document))
}

/** The `_id`s of an index's entries in the order of their keys. */
export function idsByIndex (store: Store, name: string): unknown[] {
  return [...store.read.entries(indexOf(store, name))].map(({ recordId }) => idIn(store.read.document(collectionOf(store), recordId)!))
}

/** As plain JavaScript: what tests of small numbers and texts can compare. */
export function plain (value: Value): unknown {
  return JSON.parse(JSON.stringify(toJs(value)))
}
