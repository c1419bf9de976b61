import type { Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { NOTHING_DONE, type Outcome } from './outcome.js'
import { changeAll, changeOne } from './target.js'
import { once, type WriteContext } from './write-context.js'

export interface DeleteStatement {
  readonly query: Query
  /** Whether the document is wanted back. */
  readonly image?: boolean
}

/** Deletes the first match. */
export async function deleteOne (write: WriteContext, namespace: Namespace, { query, image = false }: DeleteStatement): Promise<Outcome> {
  const collection = write.store.catalog.find(namespace)
  const remove = (tx: Tx, { recordId, document }: Match): Outcome => once(tx, write, () => {
    tx.remove(collection!, recordId, document)
    return { n: 1, modified: 0, document: image ? document : undefined }
  })
  const outcome = collection && await changeOne(write.store, collection, query, remove, write.checkInterrupt)
  if (outcome !== undefined) return outcome
  // Sent again after it was done, it finds nothing: what it did stands in the ledger.
  return write.retry !== undefined ? write.store.write((tx) => once(tx, write, () => NOTHING_DONE)) : NOTHING_DONE
}

/** Deletes every match; such a statement is not retryable. */
export async function deleteMany (write: WriteContext, namespace: Namespace, query: Query): Promise<Outcome> {
  const collection = write.store.catalog.find(namespace)
  let n = 0
  if (collection !== undefined) {
    await changeAll(write.store, collection, query, (tx, { recordId, document }) => {
      tx.remove(collection, recordId, document)
      n++
    }, write.checkInterrupt)
  }
  return { n, modified: 0 }
}
