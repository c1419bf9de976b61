import { randomUUID } from 'node:crypto'
import { Namespace } from '../storage/namespace.js'
import type { Data, Store, Tx } from '../storage/store.js'

/** Names like those that MongoDB uses for the same purposes. */
const TEMPORARY = /^tmp\.(agg_out|convertToCapped)\.[0-9a-f-]{36}$/

/** The name of a collection that stands beside others of its database until it is complete. */
export function temporaryName (database: string, purpose: 'agg_out' | 'convertToCapped' = 'agg_out'): Namespace {
  return new Namespace(database, `tmp.${purpose}.${randomUUID()}`)
}

/** Does what completes a temporary collection and puts it in its place. If that fails the collection is dropped. */
export async function completeOrDrop (data: Data, temporary: Namespace, complete: () => Promise<void>): Promise<void> {
  try {
    await complete()
  } catch (error) {
    // Without a commit that works it stays until the next start. The store tells of that itself; what came first is the cause.
    await data.write((tx) => dropIfThere(tx, temporary)).catch(() => {})
    throw error
  }
}

function dropIfThere (tx: Tx, namespace: Namespace): void {
  const collection = tx.catalog.find(namespace)
  if (collection !== undefined) tx.dropCollection(collection)
}

/** Drops what a crash has left incomplete: to be called before anything else runs. */
export async function dropTemporary (store: Store): Promise<void> {
  const abandoned = store.catalog.collections().filter(({ namespace }) => TEMPORARY.test(namespace.collection))
  if (abandoned.length === 0) return
  await store.write((tx) => {
    for (const collection of abandoned) tx.dropCollection(collection)
  })
}
