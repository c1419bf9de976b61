import type { Query } from '../plan/matches.js'
import type { Namespace } from '../storage/namespace.js'
import { changeAll } from './many-writes.js'
import { NOTHING_DONE, type Outcome, type Shape } from './outcome.js'
import type { SingleWrite } from './single-write.js'
import type { WriteContext } from './write-context.js'

/** Deletes the first match. @param shape given when the document is wanted back */
export function deletionOfOne (query: Query, shape?: Shape): SingleWrite {
  return {
    query,
    change (tx, collection, { recordId, document, textScore }) {
      tx.remove(collection, recordId, document)
      return { n: 1, modified: 0, document: shape?.(document, textScore) }
    },
    otherwise: () => NOTHING_DONE
  }
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
