import { describe } from '../bson/describe.js'
import { isNumber, isTruthy, nearestDouble } from '../bson/number.js'
import { BsonType, buildDocument, documentValue, fields, isDocument, isEmpty, typeNames, valueFrom, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import { parseFilter, type FilterNode } from '../query/filter.js'
import { cannotCreate, notValid, typeMismatch } from './index-errors.js'
import { textOptions } from './text-index-options.js'

const MAX_EXPIRE_SECONDS = 2 ** 31 - 1
/** Operators that MongoDB allows in a partial index's filter ("Partial Indexes" of the manual). */
const partialOperators = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in'])
const unsupported = [
  'wildcardProjection', 'storageEngine', 'clustered', 'prepareUnique',
  '2dsphereIndexVersion', 'bits', 'min', 'max', 'bucketSize', 'columnstoreProjection', 'dropDups'
]

/** Checks an option's value, and says how it is stored: as a value, or not at all. */
type ReadOption = (value: Value) => Value | undefined

const readOptions: Readonly<Record<string, ReadOption>> = {
  unique: (value) => readFlag('unique', value),
  sparse: (value) => readFlag('sparse', value),
  hidden: (value) => readFlag('hidden', value),
  expireAfterSeconds: readExpireAfterSeconds,
  partialFilterExpression: readPartialFilter,
  // Building in the background is the only way there is.
  background: () => undefined,
  // Stored with all of its members, or with those of the collection: index-options.ts.
  collation: checkCollation,
  ...Object.fromEntries(unsupported.map((name) => [name, refuse(`the index option '${name}' is`)]))
}

/** What every index has, what says nothing (`ns`), and what only indexes of texts have (text-index-options.ts). */
const noOptions = new Set(['v', 'key', 'name', 'ns', ...textOptions])

/**
 * The options of an index as they are stored.
 * @throws {EngineError} CannotCreateIndex, TypeMismatch, InvalidIndexSpecificationOption, NotImplemented; what a filter may throw
 */
export function readIndexOptions (spec: Value): Map<string, Value> {
  const options = new Map<string, Value>()
  for (const [name, value] of fields(spec)) {
    if (noOptions.has(name)) continue
    if (!Object.hasOwn(readOptions, name)) throw notValid(name, 'an index', spec)
    const stored = readOptions[name](value)
    if (stored !== undefined) options.set(name, stored)
  }
  if (options.has('sparse') && options.has('partialFilterExpression')) {
    throw cannotCreate('cannot mix "partialFilterExpression" and "sparse" options')
  }
  return options
}

/** An index without the options that no index has: a tool that restores what an older server had asks for this. */
export function withoutUnknownOptions (spec: Value): Value {
  return documentValue(buildDocument([...fields(spec)].filter(([name]) => noOptions.has(name) || Object.hasOwn(readOptions, name))))
}

/** Stored as a bool, and only when it is set. */
function readFlag (name: string, value: Value): Value | undefined {
  if (value.type !== BsonType.bool && !isNumber(value)) throw typeMismatch(name, 'a bool', value)
  return isTruthy(value) ? valueFrom(true) : undefined
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
  const operator = node.kind === 'path' ? node.tests.find(({ operator }) => !partialOperators.has(operator))?.operator : `$${node.kind}`
  if (operator !== undefined) throw cannotCreate(`Expression not supported in partial index: ${operator}`)
}

function refuse (what: string): ReadOption {
  return () => { throw notImplemented(what) }
}

function checkCollation (value: Value): undefined {
  if (!isDocument(value)) throw typeMismatch('collation', 'an object', value)
  if (isEmpty(value)) throw new EngineError('BadValue', "The field 'collation' cannot be an empty object.")
}
