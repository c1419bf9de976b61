import { describe, describeField } from '../bson/describe.js'
import { isNumber, isTruthy, nearestDouble } from '../bson/number.js'
import { BsonType, buildDocument, fields, findField, isDocument, stringOf, typeNames, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { parseFilter, type FilterNode } from '../query/filter.js'
import { ID_INDEX_SPEC } from './index-spec.js'

/** MongoDB's limit ("MongoDB Limits and Thresholds" of the manual). */
const MAX_FIELDS = 32
const MAX_EXPIRE_SECONDS = 2 ** 31 - 1
/** Index types that MongoDB has and this engine has not (yet). */
const unsupportedTypes = new Set(['text', 'hashed', '2d', '2dsphere', 'geoHaystack', 'wildcard', 'columnstore'])
/** Operators that MongoDB allows in a partial index's filter ("Partial Indexes"). */
const partialOperators = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in'])

/** Checks an option's value, and says how it is stored: as a value, or not at all. */
type ReadOption = (value: Value, spec: Value) => Value | undefined

const readOptions: Readonly<Record<string, ReadOption>> = {
  unique: readFlag('unique'),
  sparse: readFlag('sparse'),
  expireAfterSeconds: readExpireAfterSeconds,
  partialFilterExpression: readPartialFilter,
  // Building in the background is the only way there is.
  background: () => undefined,
  hidden: refuseIf(isTruthy, 'hidden indexes are'),
  collation: refuseIf((value) => !isSimple(value), 'no other collation than the simple one is'),
  ...Object.fromEntries(['wildcardProjection', 'storageEngine', 'clustered', 'prepareUnique', 'weights', 'default_language', 'language_override', 'textIndexVersion', '2dsphereIndexVersion', 'bits', 'min', 'max', 'bucketSize', 'columnstoreProjection', 'dropDups']
    .map((name) => [name, refuseIf(() => true, `the index option '${name}' is`)]))
}

/**
 * Checks one index of a createIndexes command and returns it as it is stored: `{ v: 2, key, name, … }`.
 * @throws {EngineError} with MongoDB's code and wording for what it refuses, NotImplemented for what it has and this engine has not
 */
export function readIndexSpec (spec: Value): Buffer {
  const [key, name] = [readKey(spec), readName(spec)]
  checkVersion(findField(spec, 'v'))
  const options: Array<[string, Value]> = []
  for (const [option, value] of fields(spec)) {
    if (['v', 'key', 'name', 'ns'].includes(option)) continue
    const stored = readOption(option)(value, spec)
    if (stored !== undefined) options.push([option, stored])
  }
  if (isIdKey(key)) return idIndexSpec(spec, options)
  if (stringOf(name) === '_id_') {
    throw new EngineError('BadValue', `The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}, found ${describeField('key', key)}`)
  }
  checkCombination(key, options)
  return buildDocument([['v', valueFrom(2)], ['key', key], ['name', name], ...options])
}

function readKey (spec: Value): Value {
  const key = findField(spec, 'key')
  if (key === undefined) throw new EngineError('FailedToParse', "The 'key' field is a required property of an index specification")
  if (!isDocument(key)) throw typeMismatch('key', 'an object', key)
  const parts = [...fields(key)]
  if (parts.length === 0) throw cannotCreate('Index keys cannot be an empty object')
  if (parts.length > MAX_FIELDS) throw new EngineError(13103, 'too many compound keys')
  for (const [path, direction] of parts) checkKeyPart(path, direction, key)
  return key
}

function checkKeyPart (path: string, direction: Value, key: Value): void {
  if (direction.type === BsonType.string) {
    const type = stringOf(direction)
    if (!unsupportedTypes.has(type)) throw cannotCreate(`Unknown index plugin '${type}'`)
    throw new EngineError('NotImplemented', `indexes of type '${type}' are not implemented by this engine`)
  }
  if (!isNumber(direction) || !(Math.abs(nearestDouble(direction)) > 0)) {
    throw cannotCreate(`Values in v:2 index key pattern cannot be of type ${typeNames[direction.type]}. Only numbers > 0, numbers < 0, and strings are allowed.`)
  }
  const parts = path.split('.')
  if (parts.includes('$**')) throw new EngineError('NotImplemented', 'wildcard indexes are not implemented by this engine')
  if (path === '') throw cannotCreate('Index keys cannot be an empty field.')
  if (parts.includes('')) throw cannotCreate(`Index keys cannot contain an empty field: ${describe(key)}`)
  if (parts.some((part) => part.startsWith('$'))) throw cannotCreate(`Index key contains an illegal field name: field name starts with '$'. Field name: ${path}`)
}

function readName (spec: Value): Value {
  const name = findField(spec, 'name')
  if (name === undefined) throw new EngineError('FailedToParse', "The 'name' field is a required property of an index specification")
  if (name.type !== BsonType.string) throw typeMismatch('name', 'a string', name)
  if (stringOf(name) === '') throw cannotCreate('index name cannot be empty')
  if (stringOf(name) === '*') throw new EngineError('BadValue', "The index name '*' is not valid.")
  return name
}

function checkVersion (version: Value | undefined): void {
  if (version === undefined) return
  if (!isNumber(version)) throw typeMismatch('v', 'a number', version)
  if (![1, 2].includes(nearestDouble(version))) throw cannotCreate(`Invalid index specification; cannot create an index with v=${describe(version)}`)
}

function readOption (name: string): ReadOption {
  return Object.hasOwn(readOptions, name)
    ? readOptions[name]
    : (_, spec) => { throw notValid(name, `an index specification. Specification: ${describe(spec)}`) }
}

/** Stored as a bool, and only when it is set. */
function readFlag (name: string): ReadOption {
  return (value) => {
    if (value.type !== BsonType.bool && !isNumber(value)) throw typeMismatch(name, 'a bool', value)
    return isTruthy(value) ? valueFrom(true) : undefined
  }
}

function readExpireAfterSeconds (value: Value): Value {
  if (!isNumber(value)) throw cannotCreate(`TTL index 'expireAfterSeconds' option must be numeric, but received a type of '${typeNames[value.type]}'.`)
  const seconds = nearestDouble(value)
  if (!(seconds >= 0 && seconds <= MAX_EXPIRE_SECONDS)) {
    throw cannotCreate(`TTL index 'expireAfterSeconds' option must be within an acceptable range, try a different number than ${describe(value)}.`)
  }
  return valueFrom(Math.trunc(seconds)) // an int32, whatever it was
}

function readPartialFilter (value: Value): Value {
  if (!isDocument(value)) throw typeMismatch('partialFilterExpression', 'an object', value)
  checkPartial(parseFilter(value).root)
  return value
}

function checkPartial (node: FilterNode): void {
  if (node.kind === 'and' || node.kind === 'or') return node.nodes.forEach(checkPartial)
  const unsupported = node.kind === 'path' ? node.tests.find(({ operator }) => !partialOperators.has(operator))?.operator : `$${node.kind}`
  if (unsupported !== undefined) throw cannotCreate(`Expression not supported in partial index: ${unsupported}`)
}

function refuseIf (isRefused: (value: Value) => boolean, what: string): ReadOption {
  return (value) => {
    if (isRefused(value)) throw new EngineError('NotImplemented', `${what} not implemented by this engine`)
    return undefined
  }
}

function isSimple (collation: Value): boolean {
  const locale = isDocument(collation) ? findField(collation, 'locale') : undefined
  return locale?.type === BsonType.string && stringOf(locale) === 'simple'
}

/** MongoDB takes either direction for the index that is always there. */
function isIdKey (key: Value): boolean {
  const [[path, direction], ...others] = [...fields(key)]
  return path === '_id' && others.length === 0 && Math.abs(nearestDouble(direction)) === 1
}

function idIndexSpec (spec: Value, options: ReadonlyArray<readonly [string, Value]>): Buffer {
  if (options.length > 0) throw notValid(options[0][0], `an _id index specification. Specification: ${describe(spec)}`)
  return ID_INDEX_SPEC
}

function checkCombination (key: Value, options: ReadonlyArray<readonly [string, Value]>): void {
  const given = new Set(options.map(([name]) => name))
  if (given.has('sparse') && given.has('partialFilterExpression')) {
    throw cannotCreate('cannot mix "partialFilterExpression" and "sparse" options')
  }
  if (given.has('expireAfterSeconds') && [...fields(key)].length > 1) {
    throw cannotCreate('TTL indexes are single-field indexes, compound indexes do not support TTL')
  }
}

function cannotCreate (message: string): EngineError {
  return new EngineError('CannotCreateIndex', message)
}

function notValid (name: string, where: string): EngineError {
  return new EngineError('InvalidIndexSpecificationOption', `The field '${name}' is not valid for ${where}`)
}

function typeMismatch (name: string, wanted: string, value: Value): EngineError {
  return new EngineError('TypeMismatch', `The field '${name}' must be ${wanted}, but got ${typeNames[value.type]}`)
}
