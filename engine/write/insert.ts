import { payload, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { withId } from '../update/document-id.js'
import { fillTimestamps } from '../update/timestamps.js'
import { MAX_DOCUMENT_BYTES } from '../wire/limits.js'
import { Ledger } from './ledger.js'
import type { Outcome } from './outcome.js'
import { newObjectId, type WriteContext } from './write-context.js'

/** How many bytes of documents go into one commit: enough to be fast, few enough to let others run in between. */
const BYTES_PER_COMMIT = 1024 * 1024

export interface Insertion {
  readonly n: number
  readonly failures: ReadonlyMap<number, EngineError>
}

/**
 * Inserts documents, several to a commit. A document that is refused is a failure of its own; behind the first one
 * nothing more is inserted if the order counts.
 */
export async function insertMany (write: WriteContext, namespace: Namespace, documents: readonly Value[], isOrdered: boolean): Promise<Insertion> {
  const failures = new Map<number, EngineError>()
  const isStopped = (): boolean => isOrdered && failures.size > 0
  let n = 0
  let at = 0
  while (at < documents.length && !isStopped()) {
    const end = endOfChunk(documents, at)
    const chunk = await write.store.write((tx) => insertChunk(tx, write, namespace, documents, at, end, isOrdered))
    n += chunk.n
    for (const [index, error] of chunk.failures) failures.set(index, error)
    at = end
    write.checkInterrupt()
  }
  return { n, failures }
}

function insertChunk (tx: Tx, write: WriteContext, namespace: Namespace, documents: readonly Value[], start: number, end: number, isOrdered: boolean): Insertion {
  const ledger = new Ledger(tx, write.retry)
  const collection = tx.collection(namespace)
  const failures = new Map<number, EngineError>()
  const isStopped = (): boolean => isOrdered && failures.size > 0
  let n = 0
  for (let index = start; index < end && !isStopped(); index++) {
    try {
      n += ledger.once(index, () => insertOne(tx, write, collection, payload(documents[index]))).n
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      failures.set(index, error)
    }
  }
  ledger.save()
  return { n, failures }
}

function insertOne (tx: Tx, { store }: WriteContext, collection: Collection, document: Buffer): Outcome {
  if (document.length > MAX_DOCUMENT_BYTES) {
    throw new EngineError('BSONObjectTooLarge', `object to insert too large. size in bytes: ${document.length}, max size: ${MAX_DOCUMENT_BYTES}`)
  }
  tx.insert(collection, fillTimestamps(withId(document, newObjectId), store.timestamps.next))
  return { n: 1, modified: 0 }
}

function endOfChunk (documents: readonly Value[], start: number): number {
  let end = start
  let bytes = 0
  while (end < documents.length && (end === start || bytes < BYTES_PER_COMMIT)) {
    bytes += documents[end].end - documents[end].start
    end++
  }
  return end
}
