import { firstMatch, firstMatchAtAGlance, type Query } from '../plan/matches.js'
import { matchOf, type Match } from '../plan/scan.js'
import { searchable } from '../plan/text-plan.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { Ledger } from './ledger.js'
import type { Outcome } from './outcome.js'
import { perform, type WriteContext } from './write-context.js'

/** A write to one document. Both ways of it run inside a work. */
export interface SingleWrite {
  readonly query: Query
  /** What is done to the first match. */
  change (tx: Tx, collection: Collection, match: Match): Outcome
  /** What is done when nothing matches. */
  otherwise (tx: Tx): Outcome
}

/** Does a write, as the statement of that place in its command. */
export async function runSingle (write: WriteContext, namespace: Namespace, single: SingleWrite, statement = 0): Promise<Outcome> {
  const outcome = await perform(write, (tx) => {
    const ledger = new Ledger(tx, write.retry)
    const outcome = tryAtOnce(tx, ledger, namespace, single, statement)
    ledger.save()
    return outcome
  })
  return outcome ?? await runSearching(write, namespace, single, statement)
}

/** Does a write inside a work, unless it takes a longer search, which would keep everybody else waiting. */
export function tryAtOnce (tx: Tx, ledger: Ledger, namespace: Namespace, single: SingleWrite, statement: number): Outcome | undefined {
  const known = ledger.outcomeOf(statement)
  if (known !== undefined) return known
  const collection = tx.catalog.find(namespace)
  const match = collection && firstMatchAtAGlance({ read: tx, catalog: tx.catalog }, collection, single.query)
  if (match === 'undecided') return undefined
  return ledger.note(statement, match === undefined ? single.otherwise(tx) : single.change(tx, collection!, match))
}

/**
 * Searches outside of the works, where a slow search is in nobody's way, and changes inside one, where the document is
 * read again: if it is no longer the one that was looked for, somebody else was faster and the search begins anew. Each
 * such round means that another write has succeeded, so that all of them get on.
 */
export async function runSearching (write: WriteContext, namespace: Namespace, single: SingleWrite, statement: number): Promise<Outcome> {
  const { data, retry, checkInterrupt } = write
  for (;;) {
    const collection = data.catalog.find(namespace)
    const found = collection && await firstMatch(data, collection, single.query, checkInterrupt)
    const outcome = await perform(write, (tx) => {
      const ledger = new Ledger(tx, retry)
      const outcome = ledger.outcomeOf(statement) ?? runWith(tx, ledger, collection, found, single, statement)
      ledger.save()
      return outcome
    })
    if (outcome !== undefined) return outcome
    checkInterrupt()
  }
}

/** Does a write with what was found outside; does nothing if that has been changed. */
function runWith (tx: Tx, ledger: Ledger, collection: Collection | undefined, found: Match | undefined, single: SingleWrite, statement: number): Outcome | undefined {
  if (collection === undefined || found === undefined) return ledger.note(statement, single.otherwise(tx))
  const match = matchNow(tx, collection, single.query, found.recordId)
  // A document that has changed may have another place in the order by now.
  const isStillFirst = match !== undefined && (single.query.sort === undefined || match.document.equals(found.document))
  return isStillFirst ? ledger.note(statement, single.change(tx, collection, match)) : undefined
}

/** The document as it is now, if it still matches; a collection that was dropped has none. */
export function matchNow (tx: Tx, { id }: Collection, { filter }: Query, recordId: Buffer): Match | undefined {
  const collection = tx.catalog.byId(id)
  const document = collection && tx.document(collection, recordId)
  return document && matchOf(searchable(collection, filter), recordId, document)
}
