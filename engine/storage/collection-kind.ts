import { nearestDouble } from '../bson/number.js'
import { boolOf, documentValue, findField, stringOf, type Value } from '../bson/value.js'

/**
 * By what documents are stored: the key of their `_id`; a number that grows with each insert; or their time and such a
 * number. It is their natural order.
 */
export type RecordIds = 'id' | 'sequence' | 'time'

/** What `create` was told of the kind of a collection. */
export interface CollectionKind {
  readonly recordIds: RecordIds
  /** The bytes and documents that it holds: beyond them each insert removes the oldest. */
  readonly capped?: { readonly size: number, readonly max: number }
  /** The fields of a time series. */
  readonly timeseries?: { readonly timeField: string, readonly metaField?: string }
  /** The spec of the index that a clustered collection is. */
  readonly clusteredIndex?: Value
  /** How long the documents of a clustered collection or a time series are kept. */
  readonly expireAfterSeconds?: number
}

/** The kind of a collection, by its options as they are stored. */
export function kindOf (options: Buffer): CollectionKind {
  const option = (name: string): Value | undefined => findField(documentValue(options), name)
  const [capped, timeseries, clusteredIndex, seconds] = ['capped', 'timeseries', 'clusteredIndex', 'expireAfterSeconds'].map(option)
  const isCapped = capped !== undefined && boolOf(capped)
  return {
    recordIds: isCapped ? 'sequence' : timeseries === undefined ? 'id' : 'time',
    ...(isCapped && { capped: { size: nearestDouble(option('size')!), max: numberOr(option('max'), Infinity) } }),
    ...(timeseries && { timeseries: timeseriesFields(timeseries) }),
    ...(clusteredIndex && { clusteredIndex }),
    ...(seconds && { expireAfterSeconds: nearestDouble(seconds) })
  }
}

function timeseriesFields (timeseries: Value): NonNullable<CollectionKind['timeseries']> {
  const metaField = findField(timeseries, 'metaField')
  return { timeField: stringOf(findField(timeseries, 'timeField')!), ...(metaField && { metaField: stringOf(metaField) }) }
}

function numberOr (value: Value | undefined, otherwise: number): number {
  return value === undefined ? otherwise : nearestDouble(value)
}
