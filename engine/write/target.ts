import { documentValue } from '../bson/value.js'
import { firstMatch, openMatches, type Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { stepsOfOneWork, type WriteContext } from './write-context.js'

/** How much a statement about many documents finds before it changes what it has found. */
const DOCUMENTS_PER_BATCH = 200
const BYTES_PER_BATCH = 1024 * 1024

/** What is done with a document inside a work; it is sure to match at that moment. */
export type Change<T> = (tx: Tx, collection: Collection, match: Match) => T

/**
 * Searches outside of the works, where a slow search is in nobody's way, and changes inside one, where the document is
 * read again: if it is no longer the one that was looked for, somebody else was faster and the search begins anew. Each
 * such round means that another write has succeeded, so that all of them get on.
 *
 * @returns what `change` gave, or `undefined` when nothing matches
 */
export async function changeOne<T> ({ store, checkInterrupt }: WriteContext, namespace: Namespace, query: Query, change: Change<T>): Promise<T | undefined> {
  for (;;) {
    const collection = store.catalog.find(namespace)
    if (collection === undefined) return undefined
    const found = await firstMatch(openMatches(store, collection, query, { needed: 1 }), checkInterrupt)
    if (found === undefined) return undefined
    const changed = await store.write((tx) => {
      const match = matchNow(tx, collection, query, found.recordId)
      // A document that has changed may have another place in the order by now.
      const isFirst = match !== undefined && (query.sort === undefined || match.document.equals(found.document))
      return isFirst ? { result: change(tx, collection, match) } : undefined
    })
    if (changed !== undefined) return changed.result
    checkInterrupt()
  }
}

/** Changes every match, once each even if the change moves it on in the index that is being read. */
export async function changeAll ({ store, checkInterrupt }: WriteContext, namespace: Namespace, query: Query, change: Change<void>): Promise<void> {
  const collection = store.catalog.find(namespace)
  if (collection === undefined) return
  const matches = openMatches(store, collection, query, { once: true })
  for (let state = 'stopped'; state === 'stopped';) {
    checkInterrupt()
    const batch: Buffer[] = []
    let bytes = 0
    state = await matches.read(({ recordId, document }) => {
      bytes += document.length
      return batch.push(recordId) < DOCUMENTS_PER_BATCH && bytes < BYTES_PER_BATCH
    }, checkInterrupt)
    for (let at = 0; at < batch.length;) {
      at = await store.write((tx) => stepsOfOneWork(at, batch.length, (index) => {
        const match = matchNow(tx, collection, query, batch[index])
        if (match !== undefined) change(tx, collection, match)
        return true
      }))
    }
  }
}

/** The document as it is now, if it still matches; a collection that was dropped has none. */
function matchNow (tx: Tx, { id }: Collection, { filter }: Query, recordId: Buffer): Match | undefined {
  const collection = tx.catalog.byId(id)
  const document = collection && tx.document(collection, recordId)
  return document !== undefined && filter.matches(documentValue(document)) ? { recordId, document } : undefined
}
