import { documentValue, findField } from '../bson/value.js'
import type { Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import type { Namespace } from '../storage/namespace.js'
import type { Collection } from '../storage/catalog.js'
import type { Tx } from '../storage/store.js'
import { describeDifference } from '../update/description.js'
import type { Update } from '../update/update.js'
import { changeAll } from './many-writes.js'
import { NOTHING_DONE, type Outcome, type Shape } from './outcome.js'
import type { SingleWrite } from './single-write.js'
import { checkValid } from './validation.js'
import { perform, updateContext, type WriteContext } from './write-context.js'

export interface UpdateStatement {
  readonly query: Query
  readonly update: Update
  readonly upsert: boolean
  /** Given when the document is wanted back: in which of its states, as findAndModify's `new` says. */
  readonly image?: { readonly state: 'before' | 'after', readonly shape: Shape }
}

/** Changes the first match or, for an upsert, inserts a document when there is none. */
export function updateOfOne (write: WriteContext, namespace: Namespace, statement: UpdateStatement): SingleWrite {
  return {
    query: statement.query,
    change: (tx, collection, match) => applyTo(tx, write, collection, match, statement),
    otherwise: (tx) => insertIfWanted(tx, write, namespace, statement)
  }
}

/** Changes every match; such a statement is not retryable. */
export async function updateMany (write: WriteContext, namespace: Namespace, statement: UpdateStatement): Promise<Outcome> {
  let n = 0
  let modified = 0
  await changeAll(write, namespace, statement.query, (tx, collection, match) => {
    const outcome = applyTo(tx, write, collection, match, statement)
    n += outcome.n
    modified += outcome.modified
  })
  return n > 0 || !statement.upsert ? { n, modified } : await perform(write, (tx) => insertIfWanted(tx, write, namespace, statement))
}

function applyTo (tx: Tx, write: WriteContext, collection: Collection, { recordId, document, textScore }: Match, { query, update, image }: UpdateStatement): Outcome {
  const { document: after, difference } = update.apply(document, updateContext(write, query.filter))
  if (after !== document) {
    checkValid(tx, collection, after, write.onInvalid, document)
    tx.replace(collection, recordId, document, after, difference && describeDifference(difference))
  }
  return {
    n: 1,
    modified: after === document ? 0 : 1,
    document: image?.shape(image.state === 'after' ? after : document, textScore)
  }
}

function insertIfWanted (tx: Tx, write: WriteContext, namespace: Namespace, { query, update, upsert, image }: UpdateStatement): Outcome {
  if (!upsert) return NOTHING_DONE
  const document = update.insert(updateContext(write, query.filter))
  const collection = tx.collection(namespace)
  checkValid(tx, collection, document, write.onInvalid)
  tx.insert(collection, document)
  return {
    n: 1,
    modified: 0,
    upsertedId: findField(documentValue(document), '_id'),
    document: image?.state === 'after' ? image.shape(document) : undefined
  }
}
