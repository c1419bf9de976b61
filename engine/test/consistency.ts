import { documentValue } from '../bson/value.js'
import type { Collection, Index } from '../storage/catalog.js'
import { indexKeys } from '../storage/index-keys.js'
import { entryRow } from '../storage/rows.js'
import type { Store } from '../storage/store.js'

/** What in a store contradicts its documents: index rows that are missing or too many, counters that are wrong. */
export function inconsistencies (store: Store): string[] {
  return store.catalog.collections().flatMap((collection) => [
    ...wrongCounter(store, collection),
    ...collection.indexes.slice(1).flatMap((index) => wrongEntries(store, collection, index))
  ])
}

function wrongCounter (store: Store, collection: Collection): string[] {
  const { documents, bytes } = store.read.size(collection)
  const stored = [...store.read.documents(collection)]
  const length = stored.reduce((total, { document }) => total + document.length, 0)
  return documents === stored.length && bytes === length ? [] : [`${collection.namespace}: counted ${documents}, found ${stored.length}`]
}

function wrongEntries (store: Store, collection: Collection, index: Index): string[] {
  const expected = new Set<string>()
  for (const { recordId, document } of store.read.documents(collection)) {
    for (const key of indexKeys(documentValue(document), index).keys) {
      expected.add(describe(entryRow(index, key, recordId).subarray(4), recordId))
    }
  }
  const found = new Set<string>()
  for (const { key, recordId } of store.read.entries(index)) found.add(describe(key, recordId))
  const place = `${collection.namespace} ${index.name}`
  return [
    ...[...expected].filter((entry) => !found.has(entry)).map((entry) => `${place}: missing ${entry}`),
    ...[...found].filter((entry) => !expected.has(entry)).map((entry) => `${place}: left over ${entry}`)
  ]
}

function describe (key: Buffer, recordId: Buffer): string {
  return `${key.toString('hex')} → ${recordId.toString('hex')}`
}
