import { randomUUID } from 'node:crypto'
import { Namespace } from '../storage/namespace.js'
import type { Store } from '../storage/store.js'

/** Names like those that MongoDB uses for the same purposes. */
const TEMPORARY = /^tmp\.(agg_out|convertToCapped)\.[0-9a-f-]{36}$/

/** The name of a collection that stands beside others of its database until it is complete. */
export function temporaryName (database: string, purpose: 'agg_out' | 'convertToCapped' = 'agg_out'): Namespace {
  return new Namespace(database, `tmp.${purpose}.${randomUUID()}`)
}

/** Drops what a crash has left incomplete: to be called before anything else runs. */
export async function dropTemporary (store: Store): Promise<void> {
  const abandoned = store.catalog.collections().filter(({ namespace }) => TEMPORARY.test(namespace.collection))
  if (abandoned.length === 0) return
  await store.write((tx) => {
    for (const collection of abandoned) tx.dropCollection(collection)
  })
}
