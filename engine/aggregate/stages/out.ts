import { BsonType, documentValue, isDocument, payload, typeNames } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import type { Collection } from '../../storage/catalog.js'
import type { Namespace } from '../../storage/namespace.js'
import type { Tx } from '../../storage/store.js'
import { insertMany } from '../../write/insert.js'
import { inCommits, type Batches } from '../batches.js'
import type { Operation } from '../operation.js'
import type { StageDefinition } from '../stage.js'
import { readTarget, storable, writeContext } from '../target.js'
import { temporaryName } from '../temporary.js'

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
    const target = readTarget('$out', specification, database)
    return { run: (input, operation) => replaceAll(input, target, operation) }
  }
}

/**
 * The documents are collected in a collection beside the target, which takes the target's place in one commit when all
 * of them are there: until then, and after a failure, the target is as it was.
 */
async function * replaceAll (input: Batches, target: Namespace, operation: Operation): Batches {
  const { data } = operation
  const temporary = temporaryName(target.database)
  const model = data.catalog.find(target)
  checkReplaceable(target, model)
  await data.write((tx) => createLike(tx, temporary, model))
  try {
    for await (const batch of inCommits(input)) await insertAll(batch.map((document) => payload(document)), temporary, operation)
    await data.write((tx) => takePlace(tx, temporary, target, model))
  } catch (error) {
    await data.write((tx) => dropIfThere(tx, temporary))
    throw error
  }
}

function checkReplaceable (target: Namespace, model: Collection | undefined): void {
  if (model?.capped !== undefined) throw new EngineError(17152, `namespace '${target}' is capped so it can't be used for $out`)
  if (model?.timeseries !== undefined) throw notImplemented('$out to a time series is')
}

/** An empty collection with the options and indexes of another, if there is one. */
function createLike (tx: Tx, namespace: Namespace, model: Collection | undefined): void {
  const collection = tx.createCollection(namespace, model?.options)
  for (const { spec } of model?.indexes.filter(({ isId }) => !isId) ?? []) tx.addIndex(collection, spec, true)
}

async function insertAll (documents: readonly Buffer[], namespace: Namespace, operation: Operation): Promise<void> {
  const values = documents.map((document) => documentValue(storable(document)))
  const { failures } = await insertMany(writeContext(operation), namespace, values, true)
  const [failure] = failures.values()
  if (failure !== undefined) throw failure
}

function takePlace (tx: Tx, temporary: Namespace, target: Namespace, model: Collection | undefined): void {
  if (indexIds(tx.catalog.find(target)) !== indexIds(model)) {
    throw new EngineError('CommandFailed', `indexes of target collection ${target} changed while processing $out`)
  }
  tx.renameCollection(tx.collection(temporary), target, { dropTarget: true })
}

/** What tells whether a collection has been dropped, made anew or given other indexes. */
function indexIds (collection: Collection | undefined): string {
  return String(collection?.indexes.map(({ id }) => id))
}

function dropIfThere (tx: Tx, namespace: Namespace): void {
  const collection = tx.catalog.find(namespace)
  if (collection !== undefined) tx.dropCollection(collection)
}
