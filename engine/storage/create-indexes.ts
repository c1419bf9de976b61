import { describe } from '../bson/describe.js'
import { documentValue, findField, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from './catalog.js'
import { buildIndexes, dropUnfinished } from './index-build.js'
import { existingIndex } from './index-conflict.js'
import { checkIndexOf } from './index-limits.js'
import { readIndexSpec } from './index-options.js'
import type { Namespace } from './namespace.js'
import type { Store, Transaction } from './store.js'
import type { Tx } from './tx.js'

/** MongoDB's limit, which counts the index on `_id` ("MongoDB Limits and Thresholds" of the manual). */
const MAX_INDEXES = 64

export interface CreatedIndexes {
  readonly numIndexesBefore: number
  readonly numIndexesAfter: number
  readonly createdCollectionAutomatically: boolean
  readonly note?: string
}

/**
 * Makes indexes, and the collection if need be. Existing documents are indexed bit by bit while others read and write;
 * until that is done nobody reads the indexes, and if it fails they are gone.
 * @throws {EngineError} CannotCreateIndex, IndexOptionsConflict, IndexKeySpecsConflict and others for the specification;
 *   DuplicateKey, CannotIndexParallelArrays for the documents
 */
export async function createIndexes (store: Store, namespace: Namespace, specs: readonly Value[], checkKilled = () => {}): Promise<CreatedIndexes> {
  // What is wrong for any collection is known before there is one.
  for (const spec of specs) readIndexSpec(spec)
  // Of two clients that want the same index at once, the second waits until the first has it.
  return await store.indexBuilds.take(String(namespace), () => createInTurn(store, namespace, specs, checkKilled))
}

async function createInTurn (store: Store, namespace: Namespace, specs: readonly Value[], checkKilled: () => void): Promise<CreatedIndexes> {
  const before = store.catalog.find(namespace)
  if (before !== undefined) await dropUnfinished(store, before)
  const made = await store.write((tx) => addIndexes(tx, namespace, specs))
  const unfinished = made.added.filter(({ ready }) => !ready)
  if (unfinished.length > 0) await buildIndexes(store, made.collection, unfinished, checkKilled)
  return describeCreated(made)
}

/**
 * Makes indexes in a transaction, for a collection that it has made or makes now; nothing has to be built.
 * @throws {EngineError} like the one above, and OperationNotSupportedInTransaction
 */
export async function createIndexesIn (transaction: Transaction, namespace: Namespace, specs: readonly Value[]): Promise<CreatedIndexes> {
  for (const spec of specs) readIndexSpec(spec)
  const made = await transaction.write((tx) => {
    const before = tx.catalog.find(namespace)
    if (before !== undefined && (!transaction.hasMade(before) || tx.count(before) > 0)) checkAllThere(before, specs)
    return addIndexes(tx, namespace, specs)
  })
  return describeCreated(made)
}

function checkAllThere ({ indexes, namespace, collation }: Collection, specs: readonly Value[]): void {
  if (specs.every((spec) => existingIndex(indexes, documentValue(readIndexSpec(spec, collation))) !== undefined)) return
  throw new EngineError('OperationNotSupportedInTransaction', `Cannot create new indexes on existing collection ${namespace} in a multi-document transaction.`)
}

function describeCreated ({ collection, isNew, added }: Added): CreatedIndexes {
  const numIndexesBefore = collection.indexes.length
  return {
    numIndexesBefore,
    numIndexesAfter: numIndexesBefore + added.length,
    createdCollectionAutomatically: isNew,
    ...(added.length === 0 && { note: 'all indexes already exist' })
  }
}

interface Added {
  /** As it was before. */
  readonly collection: Collection
  readonly isNew: boolean
  readonly added: readonly Index[]
}

function addIndexes (tx: Tx, namespace: Namespace, specs: readonly Value[]): Added {
  const isNew = tx.catalog.find(namespace) === undefined
  const collection = tx.collection(namespace)
  const isReady = tx.count(collection) === 0
  const added: Index[] = []
  for (const spec of specs.map((given) => readIndexSpec(given, collection.collation))) {
    const { indexes } = tx.catalog.byId(collection.id)!
    if (existingIndex(indexes, documentValue(spec)) !== undefined) continue
    checkIndexOf(collection, spec)
    if (indexes.length === MAX_INDEXES) throw tooManyIndexes(namespace, spec)
    added.push(tx.addIndex(collection, spec, isReady))
  }
  return { collection, isNew, added }
}

function tooManyIndexes (namespace: Namespace, spec: Buffer): EngineError {
  const key = describe(findField(documentValue(spec), 'key')!)
  return new EngineError('CannotCreateIndex', `add index fails, too many indexes for ${namespace} key:${key}`)
}
