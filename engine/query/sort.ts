import { describeField } from '../bson/describe.js'
import { isNumber, nearestDouble } from '../bson/number.js'
import { compareValues } from '../bson/order.js'
import { BsonType, fields, findField, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { codes, EngineError } from '../errors.js'
import { parseFieldPath } from './field-path.js'
import { indexValues } from './index-values.js'
import type { Path } from './path.js'
import { checkTextScore, textScoreOf } from './text-score.js'

/** The values by which a document is sorted, one for each key; `undefined` where there is none, which sorts as null. */
export type SortKey = ReadonlyArray<Value | undefined>

export interface SortPart {
  readonly path: string
  readonly direction: 1 | -1
  /** Whether it is the score of a `$text` that counts, the best first, whatever the path. */
  readonly isTextScore: boolean
}

export interface Sort {
  readonly keys: readonly SortPart[]
  /** By which it compares strings. */
  readonly collation: Collation | undefined
  /** The place of a document. Of an array the lowest element counts when ascending, the highest when descending. */
  sortKey (document: Value): SortKey
  compareKeys (left: SortKey, right: SortKey): number
  /** Compares two documents; whoever compares many should keep their keys. */
  compare (left: Value, right: Value): number
}

/** MongoDB's limit, that of the fields of an index. */
const MAX_KEYS = 32

/**
 * Parses a sort specification such as `{ a: 1, 'b.c': -1 }`.
 * @param hasTextScore whether the documents have a score to be sorted by
 * @throws {EngineError} as MongoDB does; NotImplemented for `$meta` of anything but the score of a `$text`
 */
export function parseSort (specification: Value, hasTextScore = false, collation?: Collation): Sort {
  const keys = [...fields(specification)].map(([path, direction]) => readPart(path, direction, hasTextScore))
  if (keys.length > MAX_KEYS) throw new EngineError(13103, 'too many compound keys')
  const repeated = keys.find(({ path }, at) => keys.findIndex((other) => other.path === path) < at)
  if (repeated !== undefined) throw new EngineError(7472500, `$sort key must not contain duplicate keys (duplicate: '${repeated.path}')`)
  return sortBy(keys, collation)
}

/** The same sort, of strings by another collation. */
export function withCollation (sort: Sort, collation: Collation | undefined): Sort {
  return sort.collation === collation ? sort : sortBy(sort.keys, collation)
}

function sortBy (keys: readonly SortPart[], collation: Collation | undefined): Sort {
  const paths = keys.map(({ path }) => parseFieldPath(path))
  const fieldPaths = paths.filter((_, at) => !keys[at].isTextScore)
  const compareKeys = (left: SortKey, right: SortKey): number => {
    for (let at = 0; at < keys.length; at++) {
      const difference = compareValues(left[at], right[at], collation)
      if (difference !== 0) return difference * keys[at].direction
    }
    return 0
  }
  const rowsWithScore = (document: Value): SortKey[] => rowsOf(document, fieldPaths).map((row) => {
    const values = row.values()
    return keys.map(({ isTextScore }) => isTextScore ? textScoreOf(document) : values.next().value)
  })
  const rows = fieldPaths.length === keys.length ? (document: Value) => rowsOf(document, paths) : rowsWithScore
  const sortKey = (document: Value): SortKey => lowest(rows(document), compareKeys)
  return { keys, collation, sortKey, compareKeys, compare: (left, right) => compareKeys(sortKey(left), sortKey(right)) }
}

function readPart (path: string, value: Value, hasTextScore: boolean): SortPart {
  if (value.type !== BsonType.document) return { path, direction: readDirection(path, value), isTextScore: false }
  const meta = findField(value, '$meta')
  if (meta === undefined) throw new EngineError(17312, '$meta is the only expression supported by $sort right now')
  checkTextScore(meta, hasTextScore)
  return { path, direction: -1, isTextScore: true }
}

function readDirection (path: string, value: Value): 1 | -1 {
  if (!isNumber(value)) throw new EngineError(15974, `Illegal key in $sort specification: ${describeField(path, value)}`)
  const direction = nearestDouble(value)
  if (direction !== 1 && direction !== -1) throw new EngineError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)')
  return direction
}

/** Arrays give a document several places, of which the first in the order of this sort counts. */
function lowest (rows: readonly SortKey[], compareKeys: Sort['compareKeys']): SortKey {
  return rows.reduce((first, row) => compareKeys(row, first) < 0 ? row : first)
}

function rowsOf (document: Value, paths: readonly Path[]): readonly SortKey[] {
  try {
    return indexValues(document, paths).rows
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== codes.CannotIndexParallelArrays) throw error
    throw new EngineError('BadValue', 'cannot sort with keys that are parallel arrays')
  }
}
