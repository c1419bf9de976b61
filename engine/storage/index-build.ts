import { setImmediate } from 'node:timers/promises'
import { EngineError } from '../errors.js'
import type { Collection, Index } from './catalog.js'
import type { Store } from './store.js'
import type { Tx } from './tx.js'

/** How much is indexed in one commit at most; the time, in milliseconds, is what others may have to wait. */
const CHUNK_DOCUMENTS = 1000
const CHUNK_MS = 3

/**
 * Indexes the documents that were there before the indexes; writes maintain them already.
 * @throws {EngineError} for the first document that cannot be indexed, or what `checkKilled` throws; the indexes are gone then
 */
export async function buildIndexes (store: Store, collection: Collection, indexes: readonly Index[], checkKilled: () => void): Promise<void> {
  try {
    let after: Buffer | undefined
    do {
      const from = after
      after = await store.write((tx) => indexChunk(tx, collection, indexes, from))
      await setImmediate()
      checkKilled()
    } while (after !== undefined)
  } catch (error) {
    await dropUnfinished(store, collection)
    throw error
  }
}

/** Drops the indexes of a collection that nobody builds any longer: the builder has failed, or has died with the engine. */
export async function dropUnfinished (store: Store, { id }: Collection): Promise<void> {
  if (!hasUnfinished(store.catalog.byId(id))) return
  await store.write((tx) => {
    const collection = tx.catalog.byId(id)
    for (const index of collection?.indexes.filter(({ ready }) => !ready) ?? []) tx.dropIndex(collection!, index)
  })
}

function hasUnfinished (collection: Collection | undefined): boolean {
  return collection?.indexes.some(({ ready }) => !ready) ?? false
}

/** Returns the last record it got to, or `undefined` when it has got to the end and the indexes are ready. */
function indexChunk (tx: Tx, collection: Collection, indexes: readonly Index[], after: Buffer | undefined): Buffer | undefined {
  checkStillWanted(tx, collection, indexes)
  const until = performance.now() + CHUNK_MS
  let count = 0
  for (const { recordId, document } of tx.documents(collection, { after })) {
    for (const index of indexes) tx.index(collection, index, recordId, document)
    if (++count === CHUNK_DOCUMENTS || performance.now() > until) return recordId
  }
  for (const index of indexes) tx.finishIndex(collection, index)
  return undefined
}

function checkStillWanted (tx: Tx, { id, namespace }: Collection, indexes: readonly Index[]): void {
  const there = new Set(tx.catalog.byId(id)?.indexes.map((index) => index.id))
  const dropped = indexes.find((index) => !there.has(index.id))
  if (dropped !== undefined) {
    throw new EngineError('IndexBuildAborted', `Index build failed: ${namespace}: the index ${dropped.name} or its collection was dropped`)
  }
}
