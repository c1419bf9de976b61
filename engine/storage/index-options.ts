import { describe, describeField } from '../bson/describe.js'
import { isNumber, nearestDouble } from '../bson/number.js'
import { BsonType, buildDocument, fields, findField, stringOf, valueFrom, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { readCollation, specificationOf } from '../collation/specification.js'
import { EngineError, notImplemented } from '../errors.js'
import { cannotCreate, missing, notValid, typeMismatch } from './index-errors.js'
import { hasHashedField, isIdKeyPattern, readKeyPattern } from './index-key-pattern.js'
import { readIndexOptions } from './index-option-readers.js'
import { ID_INDEX_SPEC, withCollation } from './index-spec.js'
import { readTextOptions } from './text-index-options.js'

/**
 * Checks one index of a createIndexes command and returns its specification as it is stored: `{ v: 2, key, name, … }`.
 * @param otherwise the collation of the collection, which the index has if it names none
 * @throws {EngineError} with MongoDB's code and wording for what it refuses, NotImplemented for what it has and this engine has not
 */
export function readIndexSpec (request: Value, otherwise?: Collation): Buffer {
  const key = readKeyPattern(request)
  const name = readName(request)
  checkVersion(findField(request, 'v'))
  const options = readIndexOptions(request)
  const collation = readOwnCollation(request, otherwise)
  if (isIdKeyPattern(key)) return readIdIndex(request, options, otherwise)
  if (stringOf(name) === '_id_') {
    throw new EngineError('BadValue', `The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}, found ${describeField('key', key)}`)
  }
  const text = readTextOptions(request, key)
  const stored = text?.key ?? key
  if (options.has('expireAfterSeconds') && [...fields(stored)].length > 1) {
    throw cannotCreate('TTL indexes are single-field indexes, compound indexes do not support TTL')
  }
  if (hasHashedField(key)) checkHashed(options)
  if (text !== undefined && collation !== undefined) throw cannotCreate("Index type 'text' does not support collation")
  return buildDocument([['v', valueFrom(2)], ['key', stored], ['name', name], ...options, ...collationOption(collation), ...text?.options ?? []])
}

function checkHashed (options: ReadonlyMap<string, Value>): void {
  if (options.has('unique')) throw new EngineError(16764, 'Currently hashed indexes cannot guarantee uniqueness. Use a regular index.')
  if (options.has('expireAfterSeconds')) throw notImplemented('hashed indexes that expire documents are')
}

function readName (request: Value): Value {
  const name = findField(request, 'name')
  if (name === undefined) throw missing('name')
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

/** The index is there already, and can be no other than it is. */
function readIdIndex (request: Value, options: ReadonlyMap<string, Value>, collation: Collation | undefined): Buffer {
  const [option] = options.keys()
  if (option === 'hidden') throw new EngineError('BadValue', "can't hide _id index")
  if (option !== undefined) throw notValid(option, 'an _id index', request)
  if (readOwnCollation(request, collation) !== collation) {
    throw new EngineError('BadValue', `The _id index must have the same collation as the collection. Specification: ${describe(request)}`)
  }
  return withCollation(ID_INDEX_SPEC, collation)
}

function readOwnCollation (request: Value, otherwise: Collation | undefined): Collation | undefined {
  const given = findField(request, 'collation')
  return given === undefined ? otherwise : readCollation(given)
}

/** The simple collation is stored as none. */
function collationOption (collation: Collation | undefined): Array<[string, Value]> {
  return collation === undefined ? [] : [['collation', specificationOf(collation)]]
}
