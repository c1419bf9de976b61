import { setImmediate } from 'node:timers/promises'
import { EngineError } from '../errors.js'
import type { Collection, Index } from './catalog.js'
import type { Store } from './store.js'
import type { Tx } from './tx.js'

/** How much is indexed in one commit at most; the time, in milliseconds, is what others may have to wait. */
const CHUNK_DOCUMENTS = 1000
const CHUNK_MS = 4

/** The indexes that are being built, by id: a second createIndexes for the same one waits for the first. */
export class IndexBuilds {
  readonly #running = new Map<number, Promise<void>>()

  running (index: Index): Promise<void> | undefined {
    return this.#running.get(index.id)
  }

  /**
   * Indexes the documents that were there before the indexes; writes maintain them already.
   * @throws {EngineError} for the first document that cannot be indexed; the indexes are gone then
   */
  async build (store: Store, collection: Collection, indexes: readonly Index[]): Promise<void> {
    const building = buildIndexes(store, collection, indexes)
    for (const { id } of indexes) this.#running.set(id, building)
    try {
      await building
    } finally {
      for (const { id } of indexes) this.#running.delete(id)
      await this.dropAbandoned(store)
    }
  }

  /** Drops what nobody builds any longer: the builder has failed, or it died with the engine. */
  async dropAbandoned (store: Store): Promise<void> {
    const isAbandoned = (index: Index): boolean => !index.ready && !this.#running.has(index.id)
    if (!store.catalog.collections().some(({ indexes }) => indexes.some(isAbandoned))) return
    await store.write((tx) => {
      for (const collection of tx.catalog.collections()) {
        for (const index of collection.indexes.filter(isAbandoned)) tx.dropIndex(collection, index)
      }
    })
  }
}

async function buildIndexes (store: Store, collection: Collection, indexes: readonly Index[]): Promise<void> {
  let after: Buffer | undefined
  do {
    const from = after
    after = await store.write((tx) => indexChunk(tx, collection, indexes, from))
    await setImmediate()
  } while (after !== undefined)
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
