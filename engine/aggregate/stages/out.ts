import { describe } from '../../bson/describe.js'
import { equalValues } from '../../bson/order.js'
import { BsonType, buildDocument, documentValue, findField, isDocument, payload, typeNames } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { isView, type Catalog, type Collection } from '../../storage/catalog.js'
import type { Namespace } from '../../storage/namespace.js'
import type { Tx } from '../../storage/store.js'
import { insertMany } from '../../write/insert.js'
import { inCommits, type Batches } from '../batches.js'
import type { Operation } from '../operation.js'
import { readOutTarget, type OutTarget } from '../out-target.js'
import type { StageDefinition } from '../stage.js'
import { storable, writeContext } from '../target.js'
import { completeOrDrop, temporaryName } from '../temporary.js'

/** Puts the documents in place of those of a collection, which keeps its options and indexes. */
export const out: StageDefinition = {
  name: '$out',
  position: 'last',
  isOutsideTransactions: true,
  notIn: ['view', '$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { database }) {
    if (specification.type !== BsonType.string && !isDocument(specification)) {
      throw new EngineError(16990, `$out only supports a string or object argument, but found ${typeNames[specification.type]}`)
    }
    const target = readOutTarget(specification, database)
    return { run: (input, operation) => replaceAll(input, target, operation) }
  }
}

/**
 * The documents are collected in a collection beside the target, which takes the target's place in one commit when all
 * of them are there: until then, and after a failure, the target is as it was.
 */
async function * replaceAll (input: Batches, target: OutTarget, operation: Operation): Batches {
  const { data } = operation
  const temporary = temporaryName(target.namespace.database)
  const model = replaceable(data.catalog, target)
  await data.write((tx) => model === undefined ? createNew(tx, temporary, target) : createLike(tx, temporary, model))
  await completeOrDrop(data, temporary, async () => {
    for await (const batch of inCommits(input)) await insertAll(batch.map((document) => payload(document)), temporary, operation)
    await data.write((tx) => takePlace(tx, temporary, target.namespace, model))
  })
}

/**
 * The collection that is there already.
 * @throws {EngineError} when it is not of a kind that can be replaced, or not the time series that is asked for
 */
function replaceable (catalog: Catalog, { namespace, timeseries }: OutTarget): Collection | undefined {
  const entry = catalog.entry(namespace)
  if (timeseries !== undefined && entry !== undefined && (isView(entry) || entry.timeseries === undefined)) {
    throw new EngineError(7268700, 'Cannot create a time-series collection from a non time-series collection or view.')
  }
  const model = catalog.find(namespace)
  if (model?.capped !== undefined) throw new EngineError(17152, `namespace '${namespace}' is capped so it can't be used for $out`)
  const existing = model && findField(documentValue(model.options), 'timeseries')
  if (timeseries !== undefined && existing !== undefined && !equalValues(timeseries, existing)) {
    throw new EngineError(7406103, `Time-series options inputted must match the existing time-series collection. Received: ${describe(timeseries)} Found: ${describe(existing)}`)
  }
  return model
}

function createNew (tx: Tx, namespace: Namespace, { timeseries }: OutTarget): void {
  tx.createCollection(namespace, timeseries && buildDocument([['timeseries', timeseries]]))
}

/** An empty collection with the options and indexes of another, which may have lost an index that its like comes with. */
function createLike (tx: Tx, namespace: Namespace, model: Collection): void {
  const collection = tx.createCollection(namespace, model.options)
  for (const index of collection.indexes.filter(({ isId }) => !isId)) tx.dropIndex(collection, index)
  for (const { spec } of model.indexes.filter(({ isId }) => !isId)) tx.addIndex(collection, spec, true)
}

async function insertAll (documents: readonly Buffer[], namespace: Namespace, operation: Operation): Promise<void> {
  const values = documents.map((document) => documentValue(storable(document)))
  const { failures } = await insertMany(writeContext(operation), namespace, values, true)
  const [failure] = failures.values()
  if (failure !== undefined) throw failure
}

function takePlace (tx: Tx, temporary: Namespace, target: Namespace, model: Collection | undefined): void {
  if (idsOf(tx.catalog.find(target)) !== idsOf(model)) {
    throw new EngineError('CommandFailed', `indexes of target collection ${target} changed while processing $out`)
  }
  tx.renameCollection(tx.collection(temporary), target, { dropTarget: true })
}

/** What tells whether a collection has been dropped, made anew or given other indexes. */
function idsOf (collection: Collection | undefined): string {
  return String(collection && [collection.id, ...collection.indexes.map(({ id }) => id)])
}
