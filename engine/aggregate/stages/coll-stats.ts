import { hostname } from 'node:os'
import { isNumber, nearestDouble } from '../../bson/number.js'
import { documentValue, isDocument, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { collectionStats } from '../../storage/collection-stats.js'
import type { Namespace } from '../../storage/namespace.js'
import { DocumentWriter } from '../../wire/document-writer.js'
import { inBatches } from '../batches.js'
import type { Operation } from '../operation.js'
import { readOptions } from '../options.js'
import type { StageDefinition } from '../stage.js'

interface Wanted {
  /** By how many bytes sizes are divided; not given when they are not wanted. */
  readonly scale: number | undefined
  readonly count: boolean
}

/** Counts and sizes of the collection, in place of its documents. */
export const collStats: StageDefinition = {
  name: '$collStats',
  position: 'first',
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { namespace }) {
    const wanted = readWanted(specification)
    if (namespace === undefined) throw new EngineError('InvalidNamespace', '$collStats needs a collection')
    return {
      // The count alone is stable.
      isOutsideApi: wanted.scale !== undefined,
      async * run (_input, operation) {
        yield * inBatches([describe(operation, namespace, wanted)], operation)
      }
    }
  }
}

function readWanted (specification: Value): Wanted {
  if (!isDocument(specification)) throw new EngineError(5447000, '$collStats must take a nested object but found another type')
  const options = readOptions(specification, ['count', 'storageStats', 'latencyStats', 'queryExecStats'], (name) => new EngineError(40415, `BSON field '$collStats.${name}' is an unknown field.`))
  const missing = (['latencyStats', 'queryExecStats'] as const).find((name) => options[name] !== undefined)
  if (missing !== undefined) throw notImplemented(`the option '${missing}' of $collStats is`)
  return { scale: options.storageStats && readScale(options.storageStats), count: options.count !== undefined }
}

function readScale (storageStats: Value): number {
  if (!isDocument(storageStats)) throw new EngineError('TypeMismatch', "BSON field '$collStats.storageStats' is the wrong type, expected type 'object'")
  const { scale } = readOptions(storageStats, ['scale', 'verbose'], (name) => new EngineError(40415, `BSON field '$collStats.storageStats.${name}' is an unknown field.`))
  const factor = scale === undefined ? 1 : isNumber(scale) ? Math.trunc(nearestDouble(scale)) : NaN
  if (!(factor >= 1)) throw new EngineError(51024, "BSON field 'scale' value must be >= 1")
  return factor
}

function describe ({ data, now }: Operation, namespace: Namespace, { scale, count }: Wanted): Value {
  const collection = data.catalog.find(namespace)
  if (collection === undefined && count) throw new EngineError('NamespaceNotFound', `Unable to retrieve count in $collStats stage :: caused by :: Collection [${namespace}] not found.`)
  const writer = new DocumentWriter(0)
  writer.document({
    ns: String(namespace),
    host: hostname(),
    localTime: now,
    storageStats: scale === undefined ? undefined : collectionStats(data, namespace, scale),
    count: count ? data.read.size(collection!).documents : undefined
  })
  return documentValue(writer.finish())
}
