import type { Query } from '../plan/matches.js'
import type { Namespace } from '../storage/namespace.js'
import { NOTHING_DONE, type Outcome, type Shape } from './outcome.js'
import { changeAll, changeOne } from './target.js'
import { once, type WriteContext } from './write-context.js'

export interface DeleteStatement {
  readonly query: Query
  /** Given when the document is wanted back. */
  readonly shape?: Shape
}

/** Deletes the first match. */
export async function deleteOne (write: WriteContext, namespace: Namespace, { query, shape }: DeleteStatement): Promise<Outcome> {
  const outcome = await changeOne(write, namespace, query, (tx, collection, { recordId, document }) => once(tx, write, () => {
    tx.remove(collection, recordId, document)
    return { n: 1, modified: 0, document: shape?.(document) }
  }))
  if (outcome !== undefined) return outcome
  // Sent again after it was done, it finds nothing: what it did stands in the ledger.
  return write.retry === undefined ? NOTHING_DONE : write.store.write((tx) => once(tx, write, () => NOTHING_DONE))
}

/** Deletes every match; such a statement is not retryable. */
export async function deleteMany (write: WriteContext, namespace: Namespace, query: Query): Promise<Outcome> {
  let n = 0
  await changeAll(write, namespace, query, (tx, collection, { recordId, document }) => {
    tx.remove(collection, recordId, document)
    n++
  })
  return { n, modified: 0 }
}
