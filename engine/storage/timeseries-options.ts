import { int32Value } from '../bson/number.js'
import { buildDocument, documentValue, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'

/** What is said of a new time series. */
export interface TimeseriesOptions {
  readonly timeField: string
  readonly metaField?: string
  readonly granularity?: string
  readonly bucketMaxSpanSeconds?: number
  readonly bucketRoundingSeconds?: number
}

/** How many seconds one bucket spans on MongoDB at most. Here there are no buckets: the numbers are only kept. */
const spans: Readonly<Record<string, number>> = { seconds: 3600, minutes: 86_400, hours: 2_592_000 }
const MAX_SPAN = 31_536_000

type Members = Array<[name: string, value: Value]>

/**
 * The options with what follows from them, as they are stored and as listCollections answers them: those of equal time
 * series are equal.
 * @param path where they stand, for the error
 * @throws {EngineError} InvalidOptions for what does not go together, BadValue for another granularity
 */
export function completeTimeseries (path: string, options: TimeseriesOptions): Value {
  const timeField = topLevel(options.timeField, 'timeField')
  const metaField = options.metaField === undefined ? undefined : topLevel(options.metaField, 'metaField')
  if (timeField === '_id' || metaField === '_id') throw invalid("'timeField' and 'metaField' cannot be '_id'")
  if (timeField === metaField) throw invalid("'timeField' and 'metaField' cannot be the same")
  const fields: Members = [['timeField', valueFrom(timeField)], ...metaField === undefined ? [] : [['metaField', valueFrom(metaField)]] satisfies Members]
  return documentValue(buildDocument([...fields, ...spanOf(path, options)]))
}

function spanOf (path: string, { granularity: given, bucketMaxSpanSeconds: span, bucketRoundingSeconds: rounding }: TimeseriesOptions): Members {
  const granularity = given ?? (span === undefined ? 'seconds' : undefined)
  if (granularity !== undefined) {
    if (!Object.hasOwn(spans, granularity)) throw new EngineError('BadValue', `Enumeration value '${granularity}' for field '${path}.granularity' is not a valid value.`)
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
