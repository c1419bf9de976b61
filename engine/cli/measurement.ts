import { arrayElements, arrayValue, buildDocument, documentValue, fields, findField, isArray, isDocument, stringOf, type Value } from '../bson/value.js'

/** The `metaField` of a time series, by the options of the collection. */
export function metaFieldOf (options: Value): string | undefined {
  const timeseries = findField(options, 'timeseries')
  const metaField = timeseries && findField(timeseries, 'metaField')
  return metaField && stringOf(metaField)
}

/**
 * A measurement in a form that is the same wherever it was stored. MongoDB stores the fields of measurements apart from
 * each other, and sorts all that is within the `metaField`: it gives them back in another order than they came in.
 */
export function normalForm (measurement: Buffer, metaField: string | undefined): Buffer {
  return buildDocument(byName(fields(documentValue(measurement))).map(([name, value]) => [name, name === metaField ? sortedWithin(value) : value]))
}

function sortedWithin (value: Value): Value {
  if (isArray(value)) return arrayValue(arrayElements(value).map(sortedWithin))
  if (!isDocument(value)) return value
  return documentValue(buildDocument(byName(fields(value)).map(([name, member]) => [name, sortedWithin(member)])))
}

function byName (members: Iterable<[name: string, value: Value]>): Array<[name: string, value: Value]> {
  return [...members].sort(([a], [b]) => a < b ? -1 : Number(a > b))
}
