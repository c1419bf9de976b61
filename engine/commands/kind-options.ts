import { int32Value, int64Value, nearestDouble } from '../bson/number.js'
import { TRUE } from '../bson/scalar.js'
import { BsonType, buildDocument, documentValue, fields, isDocument, stringOf, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection } from '../storage/catalog.js'
import { isIdKeyPattern } from '../storage/index-key-pattern.js'
import { readFields, type Arguments } from './arguments.js'
import type { Fields } from './fields.js'
import { readTimeseries } from './timeseries-options.js'

/** What `create` says of the kind of a collection. */
export const kindFields: Fields = {
  capped: 'bool',
  size: 'number',
  max: 'number',
  clusteredIndex: ['bool', 'document'],
  expireAfterSeconds: ['number', 'string'],
  timeseries: 'document'
}

/** What `collMod` says of it. */
export const kindChangeFields: Fields = { cappedSize: 'number', cappedMax: 'number', expireAfterSeconds: ['number', 'string'] }

const PETABYTE = 2 ** 50

type Options = Array<[string, Value]>

/**
 * The options that make a collection one of its kind, as they are stored and as listCollections answers them.
 * @throws {EngineError} InvalidOptions and others for what does not go together
 */
export function readKind (args: Arguments): Value {
  const kinds = [args.bool('capped'), args.has('clusteredIndex'), args.has('timeseries')]
  if (kinds.filter(Boolean).length > 1) throw invalid("only one of 'capped', 'clusteredIndex' and 'timeseries' can be asked for")
  const [isCapped, isClustered, isTimeseries] = kinds
  if (args.has('expireAfterSeconds') && !isClustered && !isTimeseries) {
    throw invalid("'expireAfterSeconds' is only supported on time-series collections or when the 'clusteredIndex' option is specified")
  }
  if (!isCapped && (args.has('size') || args.has('max'))) {
    throw invalid("the 'capped' field needs to be true when either the 'size' or 'max' fields are present")
  }
  return documentValue(buildDocument([
    ...isCapped ? readCapped(args) : [],
    ...isClustered ? readClustered(args) : [],
    ...readExpiry(args),
    ...isTimeseries ? readTimeseries(args) : []
  ]))
}

/**
 * The options of a collection of some kind after a `collMod`.
 * @throws {EngineError} InvalidOptions for what its kind does not have
 */
export function changedKind (args: Arguments, { options, capped, clusteredIndex, timeseries }: Collection): Value {
  if ((args.has('cappedSize') || args.has('cappedMax')) && capped === undefined) throw invalid("'cappedSize' and 'cappedMax' are only for capped collections")
  if (args.has('expireAfterSeconds') && clusteredIndex === undefined && timeseries === undefined) {
    throw invalid("'expireAfterSeconds' is only supported on time-series collections and clustered collections")
  }
  const changed = new Map(fields(documentValue(options)))
  if (args.has('cappedSize')) changed.set('size', readCappedSize(args, 'cappedSize'))
  if (args.has('cappedMax')) setLimit(changed, readCappedMax(args, 'cappedMax'))
  if (args.has('expireAfterSeconds')) changed.delete('expireAfterSeconds')
  for (const [name, value] of readExpiry(args)) changed.set(name, value)
  return documentValue(buildDocument(changed))
}

/** A limit of 0 or below is none. */
function setLimit (options: Map<string, Value>, max: Value): void {
  if (nearestDouble(max) > 0) options.set('max', max)
  else options.delete('max')
}

/** `{ capped, size, max }`; a `max` of 0 or below is no limit. */
function readCapped (args: Arguments): Options {
  if (!args.has('size')) throw invalid("the 'size' field is required when 'capped' is true")
  const max = args.integer('max') ?? 0
  return [['capped', TRUE], ['size', readCappedSize(args, 'size')], ...max > 0 ? [['max', readCappedMax(args, 'max')] satisfies [string, Value]] : []]
}

/** How many bytes a capped collection may hold. */
export function readCappedSize (args: Arguments, name: string): Value {
  const size = args.integer(name)!
  if (size < 1) throw new EngineError(51024, `BSON field '${name}' value must be >= 1, actual value '${size}'`)
  if (size > PETABYTE) throw new EngineError('BadValue', 'Cannot exceed 1PB')
  return wholeValue(size)
}

/** How many documents a capped collection may hold. */
function readCappedMax (args: Arguments, name: string): Value {
  const max = args.integer(name)!
  if (max >= 2 ** 31) throw new EngineError('BadValue', 'max in a capped collection has to be < 2^31 or not set')
  return int32Value(max)
}

/** The spec of the clustered index; only the `_id` can be one. */
function readClustered (args: Arguments): Options {
  const given = args.requiredValue('clusteredIndex')
  if (!isDocument(given)) throw invalid('The clusteredIndex: <bool> format is only for collections of the server itself')
  const spec = readFields('create.clusteredIndex', { v: 'number', key: 'document', name: 'string', unique: 'bool' }, given)
  const key = spec.requiredDocument('key')
  spec.requiredValue('unique')
  if (!isIdKeyPattern(key)) throw new EngineError('InvalidIndexSpecificationOption', 'The clusteredIndex option is only supported for key: {_id: 1}')
  if (!spec.bool('unique')) throw new EngineError(5979700, 'The clusteredIndex option requires unique: true to be specified')
  if (args.has('idIndex')) throw invalid("The 'clusteredIndex' option is not supported with the 'idIndex' option")
  return [['clusteredIndex', valueFrom({ v: 2, key: { _id: 1 }, name: spec.string('name') ?? '_id_', unique: true })]]
}

/** How long documents are kept; nothing for `'off'`. */
function readExpiry (args: Arguments): Options {
  const given = args.value('expireAfterSeconds')
  if (given === undefined) return []
  if (given.type === BsonType.string) {
    if (stringOf(given) !== 'off') throw invalid(`Invalid string value for the 'clusteredIndex::expireAfterSeconds' option. Got: '${stringOf(given)}'. Accepted value is 'off'`)
    return []
  }
  const seconds = nearestDouble(given)
  if (!(seconds >= 0 && seconds < 2 ** 31)) throw invalid('expireAfterSeconds must be within an acceptable range')
  return [['expireAfterSeconds', int64Value(BigInt(Math.trunc(seconds)))]]
}

function wholeValue (number: number): Value {
  return number < 2 ** 31 ? int32Value(number) : int64Value(BigInt(number))
}

function invalid (message: string): EngineError {
  return new EngineError('InvalidOptions', message)
}
