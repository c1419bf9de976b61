import { int32Value } from '../bson/number.js'
import { buildDocument, documentValue, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { readFields, type Arguments } from './arguments.js'
import type { Fields } from './fields.js'

/** How many seconds one bucket spans on MongoDB at most. Here there are no buckets: the numbers are only kept. */
const spans: Readonly<Record<string, number>> = { seconds: 3600, minutes: 86_400, hours: 2_592_000 }
const MAX_SPAN = 31_536_000

const timeseriesFields: Fields = {
  timeField: 'string', metaField: 'string', granularity: 'string', bucketMaxSpanSeconds: 'number', bucketRoundingSeconds: 'number'
}

/** What cannot be said of a time series. */
const otherOptions = ['autoIndexId', 'idIndex', 'validator', 'validationLevel', 'validationAction']

/** The `timeseries` of a `create`, with what follows from it. @throws {EngineError} InvalidOptions */
export function readTimeseries (args: Arguments): Array<[string, Value]> {
  const other = otherOptions.find((name) => args.has(name))
  if (other !== undefined) throw invalid(`'${other}' is not allowed with 'timeseries'`)
  const given = readFields('create.timeseries', timeseriesFields, args.requiredDocument('timeseries'))
  const timeField = topLevel(given.requiredString('timeField'), 'timeField')
  const metaField = given.has('metaField') ? topLevel(given.requiredString('metaField'), 'metaField') : undefined
  if (timeField === '_id' || metaField === '_id') throw invalid("'timeField' and 'metaField' cannot be '_id'")
  if (timeField === metaField) throw invalid("'timeField' and 'metaField' cannot be the same")
  const members: Array<[string, Value]> = [
    ['timeField', valueFrom(timeField)],
    ...metaField === undefined ? [] : [['metaField', valueFrom(metaField)] satisfies [string, Value]],
    ...readSpan(given)
  ]
  return [['timeseries', documentValue(buildDocument(members))]]
}

function readSpan (given: Arguments): Array<[string, Value]> {
  const [span, rounding] = [given.integer('bucketMaxSpanSeconds'), given.integer('bucketRoundingSeconds')]
  const granularity = given.string('granularity') ?? (span === undefined ? 'seconds' : undefined)
  if (granularity !== undefined) {
    if (!Object.hasOwn(spans, granularity)) throw new EngineError('BadValue', `Enumeration value '${granularity}' for field 'create.timeseries.granularity' is not a valid value.`)
    if (rounding !== undefined || (span ?? spans[granularity]) !== spans[granularity]) throw invalid("'granularity' is not allowed with other 'bucketMaxSpanSeconds' or with 'bucketRoundingSeconds'")
    return [['granularity', valueFrom(granularity)], ['bucketMaxSpanSeconds', int32Value(spans[granularity])]]
  }
  if (span !== rounding) throw invalid("'bucketRoundingSeconds' must be equal to 'bucketMaxSpanSeconds'")
  if (!(span! >= 1 && span! <= MAX_SPAN)) throw invalid(`'bucketMaxSpanSeconds' must be between 1 and ${MAX_SPAN}`)
  return [['bucketRoundingSeconds', int32Value(span!)], ['bucketMaxSpanSeconds', int32Value(span!)]]
}

function topLevel (name: string, option: string): string {
  if (name === '' || name.includes('.') || name.includes('\0')) throw invalid(`'${option}' must be a top-level field and not contain a '.'`)
  return name
}

function invalid (message: string): EngineError {
  return new EngineError('InvalidOptions', message)
}
