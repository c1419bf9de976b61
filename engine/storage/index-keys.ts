import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexValues } from '../query/index-values.js'
import type { Path } from '../query/path.js'
import type { Index } from './catalog.js'
import { hashedValue } from './hashed-value.js'
import { encodeKey, isCut, storedKey } from './key.js'
import { textKeys } from './text-keys.js'

/** What a document contributes to an index. */
export interface DocumentKeys {
  /** Sorted, each once, as they are stored. */
  readonly keys: readonly Buffer[]
  /** The paths that led to or through an array. */
  readonly arrayPaths: readonly string[]
  readonly hasCutKeys: boolean
}

export const NO_KEYS: DocumentKeys = { keys: [], arrayPaths: [], hasCutKeys: false }

/** How many keys a document that is stored may have in an index: nobody else can write while their rows are put. */
export const MOST_KEYS = 100_000

/**
 * The keys of a document in an index: one for each element of an array, none if a sparse or partial index leaves it out.
 * @throws {EngineError} CannotIndexParallelArrays; 16766 for an array in a hashed index; in an index of texts
 *   CannotBuildIndexKeys, 16732, 17261, 17262; CannotBuildIndexKeys for more than `most` keys
 */
export function indexKeys (document: Value, index: Index, most = Infinity): DocumentKeys {
  if (index.partialFilter?.matches(document) === false) return NO_KEYS
  if (index.text !== undefined) return documentKeys(textKeys(document, index.text), [])
  const { rows, arrayPaths } = indexValues(document, index.paths)
  if (rows.length > most) throw new EngineError('CannotBuildIndexKeys', `the document has an array of ${rows.length} elements, and may have ${most} in the index '${index.name}'`)
  const wanted = index.sparse ? rows.filter((row) => row.some((value) => value !== undefined)) : rows
  const directions = index.key.map(({ direction }) => direction)
  return documentKeys(hashed(wanted, index, arrayPaths).map((row) => encodeKey(row, directions, index.collation)), arrayPaths.map(({ text }) => text))
}

function documentKeys (encoded: readonly Buffer[], arrayPaths: readonly string[]): DocumentKeys {
  const keys = distinct(encoded.map((key) => storedKey(key)))
  return { keys, arrayPaths, hasCutKeys: keys.some(isCut) }
}

/** The keys of `left` that are not in `right`; both are sorted. */
export function difference (left: readonly Buffer[], right: readonly Buffer[]): Buffer[] {
  let at = 0
  return left.filter((key) => {
    while (at < right.length && Buffer.compare(right[at], key) < 0) at++
    return at === right.length || !right[at].equals(key)
  })
}

type Rows = ReturnType<typeof indexValues>['rows']

/** The rows of values as they stand in the index. */
function hashed (rows: Rows, { key, collation }: Index, arrayPaths: readonly Path[]): Rows {
  if (!key.some(({ isHashed }) => isHashed)) return rows
  if (arrayPaths.length > 0) throw new EngineError(16766, `hashed indexes do not currently support array values. Found array at path: ${arrayPaths[0].text}`)
  return rows.map((row) => row.map((value, at) => key[at].isHashed ? hashedValue(value, collation) : value))
}

function distinct (keys: Buffer[]): Buffer[] {
  if (keys.length < 2) return keys
  return keys.sort(Buffer.compare).filter((key, at) => at === 0 || !key.equals(keys[at - 1]))
}
