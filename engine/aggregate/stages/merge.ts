import { equalValues } from '../../bson/order.js'
import { BsonType, buildDocument, documentValue, fields, findField, isDocument, payload, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Namespace } from '../../storage/namespace.js'
import type { Tx } from '../../storage/store.js'
import { withId } from '../../update/document-id.js'
import { fillTimestamps } from '../../update/timestamps.js'
import { checkValid } from '../../write/validation.js'
import { newObjectId } from '../../write/write-context.js'
import { inCommits, type Batches } from '../batches.js'
import { findSame, readOn, uniqueIndex } from '../merge-key.js'
import { readModes, type MergeModes } from '../merge-modes.js'
import type { Operation } from '../operation.js'
import { readOptions } from '../options.js'
import type { Parsing, StageDefinition } from '../stage.js'
import { readTarget, storable } from '../target.js'

interface Merge extends MergeModes {
  readonly target: Namespace
  readonly on: readonly string[]
}

/** Writes each document into a collection, together with the one that is there for it. */
export const merge: StageDefinition = {
  name: '$merge',
  position: 'last',
  isOutsideTransactions: true,
  notIn: ['view', '$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, parsing) {
    const merge = readMerge(specification, parsing)
    return { run: (input, operation) => mergeAll(input, merge, operation) }
  }
}

/** One commit for each batch. What was merged before a document that fails stays, as on MongoDB. */
async function * mergeAll (input: Batches, merge: Merge, operation: Operation): Batches {
  const target = operation.data.catalog.find(merge.target)
  if (target?.timeseries !== undefined) throw new EngineError('CommandNotSupportedOnView', `$merge cannot write into ${merge.target}, which is a time series`)
  uniqueIndex(target, merge.on, operation)
  for await (const batch of inCommits(input)) {
    const failure = await operation.data.write((tx) => mergeBatch(tx, merge, batch, operation))
    if (failure !== undefined) throw failure
    operation.pace.checkInterrupt()
  }
}

function mergeBatch (tx: Tx, merge: Merge, batch: readonly Value[], operation: Operation): EngineError | undefined {
  try {
    for (const document of batch) mergeOne(tx, merge, document, operation)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return error
  }
  return undefined
}

function mergeOne (tx: Tx, { target, on, whenMatched, whenNotMatched }: Merge, given: Value, operation: Operation): void {
  const collection = tx.catalog.find(target)
  const index = uniqueIndex(collection, on, operation)
  const isNew = collection === undefined || index === undefined || whenMatched === 'fail'
  const existing = isNew ? undefined : findSame(tx, collection, index, given)
  if (isNew || existing === undefined) return addNew(tx, target, whenNotMatched, given, operation)
  const before = documentValue(existing.document)
  const after = storable(withIdOf(before, whenMatched(before, given, operation)))
  if (after.equals(existing.document)) return
  checkValid(tx, collection, after, operation.onInvalid, existing.document)
  tx.replace(collection, existing.recordId, existing.document, after)
}

function addNew (tx: Tx, target: Namespace, whenNotMatched: Merge['whenNotMatched'], given: Value, { data, onInvalid }: Operation): void {
  if (whenNotMatched === 'insert') {
    const [collection, document] = [tx.collection(target), fillTimestamps(withId(storable(payload(given)), newObjectId), data.timestamps.next)]
    checkValid(tx, collection, document, onInvalid)
    tx.insert(collection, document)
  } else if (whenNotMatched === 'fail') {
    throw new EngineError('MergeStageNoMatchingDocument', '$merge could not find a matching document in the target collection for at least one document in the source collection')
  }
}

/** @throws {EngineError} ImmutableField for a document with another `_id` */
function withIdOf (existing: Value, after: Value): Buffer {
  const id = findField(existing, '_id')!
  const given = findField(after, '_id')
  if (given !== undefined && !equalValues(given, id)) {
    throw new EngineError('ImmutableField', '$merge failed to update the matching document, did you attempt to modify the _id or the shard key?')
  }
  return buildDocument([['_id', id], ...[...fields(after)].filter(([name]) => name !== '_id')])
}

function readMerge (specification: Value, parsing: Parsing): Merge {
  if (specification.type === BsonType.string) return { target: readTarget('$merge', specification, parsing.database), on: readOn(undefined), ...readModes({}, parsing) }
  if (!isDocument(specification)) throw new EngineError(51182, `$merge requires a string or object argument, but found ${typeNames[specification.type]}`)
  const options = readOptions(specification, ['into', 'on', 'let', 'whenMatched', 'whenNotMatched'], (name) => new EngineError(40415, `BSON field '$merge.${name}' is an unknown field.`))
  if (options.into === undefined) throw new EngineError(40414, "BSON field '$merge.into' is missing but a required field")
  if (options.into.type !== BsonType.string && !isDocument(options.into)) throw new EngineError(51178, `$merge 'into' field  must be either a string or an object, but found ${typeNames[options.into.type]}`)
  return { target: readTarget('$merge', options.into, parsing.database), on: readOn(options.on), ...readModes(options, parsing) }
}
