import { BsonType, documentValue, type Value } from '../bson/value.js'
import type { Catalog, Collection, Index } from './catalog.js'
import { RowClaimed } from './claims.js'
import { indexKeys } from './index-keys.js'
import { bracketBounds, encodeKey, successor } from './key.js'
import type { KeyRange } from './reader.js'
import type { Store } from './store.js'
import type { Tx } from './tx.js'

/** How many documents one commit removes. */
const CHUNK_DOCUMENTS = 500

/** Removes the documents whose time has come by a TTL index ("TTL Indexes" of the manual), until it is told to stop. */
export async function removeExpired (store: Store, now: number, signal: AbortSignal): Promise<void> {
  for (const collection of store.catalog.collections()) {
    for (const index of collection.indexes) {
      if (index.ready && index.expireAfterSeconds !== undefined) await removeExpiredBy(store, collection, index, expiredRange(index, now), signal)
    }
    if (collection.expireAfterSeconds !== undefined) await removeOld(store, collection, datesUntil(now, collection.expireAfterSeconds, 1), signal)
  }
}

async function removeExpiredBy (store: Store, collection: Collection, index: Index, expired: KeyRange, signal: AbortSignal): Promise<void> {
  let range = expired
  while (!signal.aborted) {
    const entries = firstOf(store.read.entries(index, range))
    if (entries.length === 0) return
    await store.write((tx) => {
      if (!isThere(tx.catalog, collection, index)) return
      for (const { recordId } of entries) removeIfExpired(tx, collection, index, range, recordId)
    })
    range = { ...range, after: entries.at(-1)!.key }
  }
}

/** Removes documents that are stored by their date, or by their `_id` if it is one: neither changes. */
async function removeOld (store: Store, { id, expireAfterSeconds }: Collection, expired: KeyRange, signal: AbortSignal): Promise<void> {
  for (let isMore = true; isMore && !signal.aborted;) {
    isMore = await store.write((tx) => {
      const collection = tx.catalog.byId(id)
      if (collection?.expireAfterSeconds !== expireAfterSeconds) return false
      const old = firstOf(tx.documents(collection!, expired))
      for (const { recordId, document } of old) removeUnlessClaimed(tx, collection!, recordId, document)
      return old.length === CHUNK_DOCUMENTS
    })
  }
}

/** The keys of dates that are old enough; of an array the earliest date counts, and any one in the range will do. */
function expiredRange ({ key, expireAfterSeconds }: Index, now: number): KeyRange {
  return datesUntil(now, expireAfterSeconds!, key[0].direction)
}

function datesUntil (now: number, seconds: number, direction: 1 | -1): KeyRange {
  const { start, end } = bracketBounds(BsonType.date, direction)
  const latest = encodeKey([dateValue(now - seconds * 1000)], [direction])
  return direction > 0 ? { start, end: successor(latest) } : { start: latest, end }
}

function firstOf<Item> (items: Iterable<Item>): Item[] {
  const first: Item[] = []
  for (const item of items) {
    if (first.push(item) === CHUNK_DOCUMENTS) break
  }
  return first
}

/** The document may have been changed since it was found. */
function removeIfExpired (tx: Tx, collection: Collection, index: Index, { start, end }: KeyRange, recordId: Buffer): void {
  const document = tx.document(collection, recordId)
  if (document === undefined) return
  const isExpired = (key: Buffer): boolean => Buffer.compare(key, start) >= 0 && Buffer.compare(key, end) < 0
  if (indexKeys(documentValue(document), index).keys.some(isExpired)) removeUnlessClaimed(tx, collection, recordId, document)
}

function removeUnlessClaimed (tx: Tx, collection: Collection, recordId: Buffer, document: Buffer): void {
  try {
    tx.remove(collection, recordId, document)
  } catch (error) {
    // A transaction is changing it: there is a next time.
    if (!(error instanceof RowClaimed)) throw error
  }
}

function isThere (catalog: Catalog, { id }: Collection, index: Index): boolean {
  return catalog.byId(id)?.indexes.some((other) => other.id === index.id) ?? false
}

function dateValue (milliseconds: number): Value {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64LE(BigInt(Math.floor(milliseconds)))
  return { type: BsonType.date, bytes, start: 0, end: 8 }
}
