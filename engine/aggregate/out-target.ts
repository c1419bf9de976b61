import { isNumber, nearestDouble } from '../bson/number.js'
import { isDocument, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Namespace } from '../storage/namespace.js'
import { completeTimeseries } from '../storage/timeseries-options.js'
import { readOptions } from './options.js'
import { namespaceOf, text, unknownField, wrongType } from './target.js'

/** Where `$out` writes to, and the options of the time series that it is to make or to replace. */
export interface OutTarget {
  readonly namespace: Namespace
  readonly timeseries: Value | undefined
}

/** Reads the name of a collection of the same database, or `{ db, coll, timeseries }`. */
export function readOutTarget (specification: Value, database: string): OutTarget {
  const { timeseries, ...place } = isDocument(specification)
    ? readOptions(specification, ['db', 'coll', 'timeseries'], unknownField('$out'))
    : { coll: specification }
  return { namespace: namespaceOf('$out', place, database), timeseries: timeseries && readTimeseries('$out.timeseries', timeseries) }
}

function readTimeseries (path: string, specification: Value): Value {
  if (!isDocument(specification)) throw wrongType(path, specification, "type 'object'")
  const names = ['timeField', 'metaField', 'granularity', 'bucketMaxSpanSeconds', 'bucketRoundingSeconds'] as const
  const { timeField, metaField, granularity, bucketMaxSpanSeconds, bucketRoundingSeconds } = readOptions(specification, names, unknownField(path))
  if (timeField === undefined) throw new EngineError(40414, `BSON field '${path}.timeField' is missing but a required field`)
  return completeTimeseries(path, {
    timeField: text(path, 'timeField', timeField),
    metaField: metaField && text(path, 'metaField', metaField),
    granularity: granularity && text(path, 'granularity', granularity),
    bucketMaxSpanSeconds: bucketMaxSpanSeconds && integer(path, 'bucketMaxSpanSeconds', bucketMaxSpanSeconds),
    bucketRoundingSeconds: bucketRoundingSeconds && integer(path, 'bucketRoundingSeconds', bucketRoundingSeconds)
  })
}

function integer (path: string, option: string, value: Value): number {
  if (!isNumber(value)) throw wrongType(`${path}.${option}`, value, "types '[long, int, decimal, double]'")
  return Math.trunc(nearestDouble(value))
}
