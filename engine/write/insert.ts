import { payload, type Value } from '../bson/value.js'
import { codes, EngineError } from '../errors.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { withId } from '../update/document-id.js'
import { fillTimestamps } from '../update/timestamps.js'
import { MAX_DOCUMENT_BYTES } from '../wire/limits.js'
import { Ledger } from './ledger.js'
import type { Outcome } from './outcome.js'
import { checkValid } from './validation.js'
import { newObjectId, perform, stepsOfOneWork, type WriteContext } from './write-context.js'

export interface Insertion {
  readonly n: number
  /** The errors, by the place of the documents that were refused. */
  readonly failures: ReadonlyMap<number, EngineError>
}

/**
 * Inserts documents, several to a commit. A document that is refused is a failure of its own; behind the first one
 * nothing more is inserted if the order counts.
 */
export async function insertMany (write: WriteContext, namespace: Namespace, documents: readonly Value[], isOrdered: boolean): Promise<Insertion> {
  const failures = new Map<number, EngineError>()
  let n = 0
  for (let at = 0; at < documents.length;) {
    write.checkInterrupt()
    const some = await perform(write, (tx) => insertSome(tx, write, namespace, documents, at, isOrdered))
    n += some.n
    for (const [index, error] of some.failures) failures.set(index, error)
    at = isOrdered && failures.size > 0 ? documents.length : some.end
  }
  return { n, failures }
}

/** Inserts as many documents as one work may, from `start` up to below `end`. */
function insertSome (tx: Tx, write: WriteContext, namespace: Namespace, documents: readonly Value[], start: number, isOrdered: boolean): Insertion & { readonly end: number } {
  const ledger = new Ledger(tx, write.retry)
  const collection = tx.collection(namespace)
  const failures = new Map<number, EngineError>()
  let n = 0
  const end = stepsOfOneWork(start, documents.length, (index) => {
    try {
      const outcome = ledger.outcomeOf(index) ?? ledger.note(index, insertOne(tx, write, collection, payload(documents[index])))
      n += outcome.n
    } catch (error) {
      if (!(error instanceof EngineError) || error.code === codes.WriteConflict) throw error
      failures.set(index, error)
    }
    return !(isOrdered && failures.size > 0)
  })
  ledger.save()
  return { n, failures, end }
}

function insertOne (tx: Tx, { data, onInvalid, keepsEmptyTimestamps }: WriteContext, collection: Collection, document: Buffer): Outcome {
  if (document.length > MAX_DOCUMENT_BYTES) {
    throw new EngineError('BSONObjectTooLarge', `object to insert too large. size in bytes: ${document.length}, max size: ${MAX_DOCUMENT_BYTES}`)
  }
  const named = withId(document, newObjectId)
  const complete = keepsEmptyTimestamps ? named : fillTimestamps(named, data.timestamps.next)
  checkValid(tx, collection, complete, onInvalid)
  tx.insert(collection, complete)
  return { n: 1, modified: 0 }
}
