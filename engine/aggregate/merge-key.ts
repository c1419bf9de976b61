import { NULL } from '../bson/scalar.js'
import { arrayElements, buildDocument, BsonType, documentValue, isArray, stringOf, typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import { isNullish } from '../expression/operand.js'
import { candidatesOf } from '../plan/candidates.js'
import { choosePlan } from '../plan/planner.js'
import type { Match } from '../plan/scan.js'
import { parseFieldPath } from '../query/field-path.js'
import { parseFilter } from '../query/filter.js'
import type { Collection, Index } from '../storage/catalog.js'
import type { Tx } from '../storage/store.js'
import { getPath } from './set-path.js'

/** Reads by which fields `$merge` finds documents that belong together. */
export function readOn (on: Value | undefined): string[] {
  if (on === undefined) return ['_id']
  const elements = isArray(on) ? arrayElements(on) : [on]
  if (elements.length === 0) throw new EngineError(51187, "If explicitly specifying $merge 'on', must include at least one field")
  const paths = elements.map((element) => {
    if (element.type !== BsonType.string) throw new EngineError(51134, `$merge 'on' array elements must be strings, but found ${typeNames[element.type]}`)
    return parseFieldPath(stringOf(element)).text
  })
  if (new Set(paths).size < paths.length) throw new EngineError(31465, "Found a duplicate field in the $merge 'on' option")
  return paths
}

/** The index by which such a document is unique, as the pipeline compares strings. @throws {EngineError} 51183 when there is none */
export function uniqueIndex (collection: Collection | undefined, on: readonly string[], { collation: asked }: Environment): Index | undefined {
  const index = collection?.indexes.find(({ unique, partialFilter, ready, key, collation }) =>
    ready && unique && collation === asked && partialFilter === undefined && key.length === on.length && key.every(({ path }) => on.includes(path)))
  const isById = on.length === 1 && on[0] === '_id'
  if (index === undefined && (collection !== undefined || !isById)) {
    throw new EngineError(51183, 'Cannot find index to verify that join fields will be unique')
  }
  return index
}

/** The document that has the same values in the fields of an index as a given one, if there is one. */
export function findSame (tx: Tx, collection: Collection, index: Index, given: Value): Match | undefined {
  const values = index.key.map(({ path }): [string, Value] => [path, keyValue(given, path, index.sparse)])
  const filter = parseFilter(documentValue(buildDocument(values.map(([path, value]) => [path, documentValue(buildDocument([['$eq', value]]))]))), undefined, index.collation)
  const { access } = choosePlan(collection, { filter, hint: { name: index.name } })
  let found: Match | undefined
  candidatesOf(tx, collection, access, { once: false, isCovered: false }).read((recordId, document) => {
    if (document !== undefined && filter.matches(documentValue(document))) found = { recordId, document }
    return found === undefined
  })
  return found
}

function keyValue (given: Value, path: string, isSparse: boolean): Value {
  const value = getPath(given, path.split('.'))
  if (isArray(value)) throw new EngineError(51185, "$merge write error: 'on' field cannot be an array")
  if (isSparse && isNullish(value)) {
    throw new EngineError(51132, "$merge write error: 'on' field cannot be missing, null or undefined if supporting index is sparse")
  }
  return value ?? NULL
}
