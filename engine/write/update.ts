import { codes, EngineError } from '../errors.js'
import { documentValue, findField } from '../bson/value.js'
import type { Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import type { Namespace } from '../storage/namespace.js'
import type { Collection } from '../storage/catalog.js'
import type { Tx } from '../storage/store.js'
import type { Update } from '../update/update.js'
import { NOTHING_DONE, type Outcome, type Shape } from './outcome.js'
import { changeAll, changeOne } from './target.js'
import { once, updateContext, type WriteContext } from './write-context.js'

/** How often an upsert tries to insert a document that others insert and delete at the same time. */
const MAX_UPSERT_ATTEMPTS = 10

export interface UpdateStatement {
  readonly query: Query
  readonly update: Update
  readonly upsert: boolean
  /** Given when the document is wanted back: in which of its states, as findAndModify's `new` says. */
  readonly image?: { readonly state: 'before' | 'after', readonly shape: Shape }
}

/** Changes the first match or, for an upsert, inserts a document when there is none. */
export async function updateOne (write: WriteContext, namespace: Namespace, statement: UpdateStatement): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await changeOne(write, namespace, statement.query, (tx, collection, match) =>
      once(tx, write, () => applyTo(tx, write, collection, match, statement)))
    if (outcome !== undefined) return outcome
    try {
      return await changeNothing(write, namespace, statement)
    } catch (error) {
      // Somebody may have inserted the document in between: then there is one to update.
      if (!isDuplicateKey(error) || attempt === MAX_UPSERT_ATTEMPTS) throw error
    }
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
  return n > 0 ? { n, modified } : await changeNothing(write, namespace, statement)
}

function applyTo (tx: Tx, write: WriteContext, collection: Collection, { recordId, document }: Match, { query, update, image }: UpdateStatement): Outcome {
  const after = update.apply(document, updateContext(write, query.filter))
  if (after !== document) tx.replace(collection, recordId, document, after)
  return {
    n: 1,
    modified: after === document ? 0 : 1,
    document: image?.shape(image.state === 'after' ? after : document)
  }
}

/** What is done when nothing matches. */
async function changeNothing (write: WriteContext, namespace: Namespace, { query, update, upsert, image }: UpdateStatement): Promise<Outcome> {
  if (!upsert && write.retry === undefined) return NOTHING_DONE
  return await write.store.write((tx) => once(tx, write, () => {
    if (!upsert) return NOTHING_DONE
    const document = update.insert(updateContext(write, query.filter))
    tx.insert(tx.collection(namespace), document)
    return {
      n: 1,
      modified: 0,
      upsertedId: findField(documentValue(document), '_id'),
      document: image?.state === 'after' ? image.shape(document) : undefined
    }
  }))
}

function isDuplicateKey (error: unknown): boolean {
  return error instanceof EngineError && error.code === codes.DuplicateKey
}
