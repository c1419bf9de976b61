import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { completeTimeseries } from '../storage/timeseries-options.js'
import { readFields, type Arguments } from './arguments.js'
import type { Fields } from './fields.js'

const timeseriesFields: Fields = {
  timeField: 'string', metaField: 'string', granularity: 'string', bucketMaxSpanSeconds: 'number', bucketRoundingSeconds: 'number'
}

/** What cannot be said of a time series. */
const otherOptions = ['autoIndexId', 'idIndex', 'validator', 'validationLevel', 'validationAction']

/** The `timeseries` of a `create`, with what follows from it. @throws {EngineError} InvalidOptions */
export function readTimeseries (args: Arguments): Array<[string, Value]> {
  const other = otherOptions.find((name) => args.has(name))
  if (other !== undefined) throw new EngineError('InvalidOptions', `'${other}' is not allowed with 'timeseries'`)
  const given = readFields('create.timeseries', timeseriesFields, args.requiredDocument('timeseries'))
  return [['timeseries', completeTimeseries(given.path, {
    timeField: given.requiredString('timeField'),
    metaField: given.string('metaField'),
    granularity: given.string('granularity'),
    bucketMaxSpanSeconds: given.integer('bucketMaxSpanSeconds'),
    bucketRoundingSeconds: given.integer('bucketRoundingSeconds')
  })]]
}
