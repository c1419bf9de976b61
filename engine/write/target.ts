import { documentValue } from '../bson/value.js'
import { firstMatch, openMatches, type Query } from '../plan/matches.js'
import type { CheckInterrupt, Match } from '../plan/scan.js'
import type { Collection } from '../storage/catalog.js'
import type { Store, Tx } from '../storage/store.js'

/** How many documents are changed in one commit by a statement that is about many. */
const DOCUMENTS_PER_COMMIT = 200

/** What is done with a document inside a write; it is sure to match at that moment. */
export type Change<T> = (tx: Tx, match: Match) => T

/**
 * Searches outside of a write, where a slow search is in nobody's way, and changes inside one, where the document is
 * read again: if it no longer matches, somebody else was faster and the search begins anew. Each such round means that
 * another write has succeeded, so that all of them get on.
 *
 * @returns what `change` gave, or `undefined` when nothing matches
 */
export async function changeOne<T> (store: Store, collection: Collection, query: Query, change: Change<T>, checkInterrupt: CheckInterrupt): Promise<T | undefined> {
  for (;;) {
    const found = await firstMatch(openMatches(store.read, collection, query, 1), checkInterrupt)
    if (found === undefined) return undefined
    const done = await store.write((tx) => changeIfMatching(tx, collection, query, found.recordId, change))
    if (done !== undefined) return done.result
    checkInterrupt()
  }
}

/** Changes every match, once each even if the change moves it on in the index that is being read. */
export async function changeAll (store: Store, collection: Collection, query: Query, change: Change<void>, checkInterrupt: CheckInterrupt): Promise<void> {
  const matches = openMatches(store.read, collection, query)
  const seen = new Set<string>()
  let state: 'ended' | 'stopped'
  do {
    const batch: Buffer[] = []
    state = await matches.read(({ recordId }) => {
      if (addTo(seen, recordId)) batch.push(Buffer.from(recordId))
      return batch.length < DOCUMENTS_PER_COMMIT
    }, checkInterrupt)
    await store.write((tx) => {
      for (const recordId of batch) changeIfMatching(tx, collection, query, recordId, change)
    })
    checkInterrupt()
  } while (state === 'stopped')
}

function changeIfMatching<T> (tx: Tx, collection: Collection, query: Query, recordId: Buffer, change: Change<T>): { result: T } | undefined {
  const document = tx.document(collection, recordId)
  if (document === undefined || !query.filter.matches(documentValue(document))) return undefined
  return { result: change(tx, { recordId, document }) }
}

function addTo (seen: Set<string>, recordId: Buffer): boolean {
  const before = seen.size
  return seen.add(recordId.toString('latin1')).size > before
}
