import { describe } from '../bson/describe.js'
import { isNumber, nearestDouble } from '../bson/number.js'
import { BsonType, fields, findField, isDocument, stringOf, typeNames, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import { cannotCreate, missing, typeMismatch } from './index-errors.js'
import { WILDCARD } from './text-index.js'

/** MongoDB's limit ("MongoDB Limits and Thresholds" of the manual). */
const MAX_FIELDS = 32
/** Index types that MongoDB has and this engine has not. */
const unsupportedTypes = new Set(['2d', '2dsphere', 'geoHaystack', 'wildcard', 'columnstore'])

/**
 * The `key` of an index's specification.
 * @throws {EngineError} CannotCreateIndex, FailedToParse, TypeMismatch, NotImplemented
 */
export function readKeyPattern (spec: Value): Value {
  const key = findField(spec, 'key')
  if (key === undefined) throw missing('key')
  if (!isDocument(key)) throw typeMismatch('key', 'an object', key)
  const parts = [...fields(key)]
  if (parts.length === 0) throw cannotCreate('Index keys cannot be an empty object')
  if (parts.length > MAX_FIELDS) throw new EngineError(13103, 'too many compound keys')
  for (const [path, direction] of parts) {
    checkDirection(direction)
    if (!isText(direction) || path !== WILDCARD) checkPath(path, key)
  }
  const hashed = parts.filter(([, direction]) => isHashed(direction))
  if (hashed.length > 1) throw new EngineError(31303, `A maximum of one index field is allowed to be hashed but found ${hashed.length} for 'key' ${describe(key)}`)
  return key
}

/** Whether a field of a key pattern is searched for its words. */
export function isText (direction: Value): boolean {
  return direction.type === BsonType.string && stringOf(direction) === 'text'
}

/** The key of the index that every collection has; MongoDB takes either direction for it. */
export function isIdKeyPattern (key: Value): boolean {
  const [[path, direction], ...others] = [...fields(key)]
  return path === '_id' && others.length === 0 && isNumber(direction) && Math.abs(nearestDouble(direction)) === 1
}

/** Whether one of the fields is `'hashed'`. */
export function hasHashedField (key: Value): boolean {
  return [...fields(key)].some(([, direction]) => isHashed(direction))
}

function isHashed (direction: Value): boolean {
  return direction.type === BsonType.string && stringOf(direction) === 'hashed'
}

function checkDirection (direction: Value): void {
  if (isHashed(direction) || isText(direction)) return
  if (direction.type === BsonType.string) throw typeError(stringOf(direction))
  if (!isNumber(direction) || !(Math.abs(nearestDouble(direction)) > 0)) {
    throw cannotCreate(`Values in v:2 index key pattern cannot be of type ${typeNames[direction.type]}. Only numbers > 0, numbers < 0, and strings are allowed.`)
  }
}

function typeError (type: string): EngineError {
  return unsupportedTypes.has(type) ? notImplemented(`indexes of type '${type}' are`) : cannotCreate(`Unknown index plugin '${type}'`)
}

function checkPath (path: string, key: Value): void {
  const parts = path.split('.')
  if (parts.includes('$**')) throw notImplemented('wildcard indexes are')
  if (path === '') throw cannotCreate('Index keys cannot be an empty field.')
  if (parts.includes('')) throw cannotCreate(`Index keys cannot contain an empty field: ${describe(key)}`)
  if (parts.some((part) => part.startsWith('$'))) {
    throw cannotCreate(`Index key contains an illegal field name: field name starts with '$'. Field name: ${path}`)
  }
}
