import { EngineError } from '../errors.js'
import type { Collection, Index } from './catalog.js'
import type { Changes } from './changes.js'
import type { Namespace } from './namespace.js'
import { Tx } from './tx.js'

/** Repeats one change in another work. */
export type Step = (tx: Tx) => void

/** From here on are the ids that transactions give: nobody else knows them, and at the commit there are real ones. */
export const FIRST_OWN_ID = 0x8000_0000

/**
 * Keeps what is done, so that it can be repeated when the transaction is committed. What a client has sent is copied:
 * it may be a view of the network's buffer.
 */
export class RecordingTx extends Tx {
  readonly #steps: Step[]

  constructor (changes: Changes, now: () => number, steps: Step[]) {
    super(changes, now)
    this.#steps = steps
  }

  override insert (collection: Collection, document: Buffer): void {
    checkWritable(collection)
    const copy = Buffer.from(document)
    super.insert(collection, copy)
    this.#steps.push((tx) => tx.insert(known(tx, collection), copy))
  }

  override replace (collection: Collection, recordId: Buffer, before: Buffer, after: Buffer, description?: Buffer): void {
    checkWritable(collection)
    const copy = Buffer.from(after)
    super.replace(collection, recordId, before, copy)
    this.#steps.push((tx) => tx.replace(known(tx, collection), recordId, before, copy, description))
  }

  override remove (collection: Collection, recordId: Buffer, document: Buffer): void {
    checkWritable(collection)
    super.remove(collection, recordId, document)
    this.#steps.push((tx) => tx.remove(known(tx, collection), recordId, document))
  }

  override createCollection (namespace: Namespace, options?: Buffer, uuid?: Buffer): Collection {
    const collection = super.createCollection(namespace, options, uuid)
    this.#steps.push((tx) => tx.createCollection(namespace, options, uuid))
    return collection
  }

  override addIndex (collection: Collection, spec: Buffer, ready: boolean): Index {
    const index = super.addIndex(collection, spec, ready)
    this.#steps.push((tx) => tx.addIndex(known(tx, collection), spec, ready))
    return index
  }
}

/** Nothing is numbered before the commit that makes it visible: numbers are in the order of the commits. */
function checkWritable ({ namespace, recordIds, capped }: Collection): void {
  if (recordIds === 'id') return
  const kind = capped === undefined ? 'time series' : 'capped'
  throw new EngineError('OperationNotSupportedInTransaction', `Cannot write to the ${kind} collection ${namespace} in a multi-document transaction.`)
}

/** The collection as others know it. */
function known (tx: Tx, collection: Collection): Collection {
  return collection.id < FIRST_OWN_ID ? collection : tx.catalog.find(collection.namespace)!
}
