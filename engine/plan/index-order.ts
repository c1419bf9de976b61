import type { Sort } from '../query/sort.js'
import type { Index } from '../storage/catalog.js'
import type { Bounds } from './index-bounds.js'

export interface Order {
  readonly sorted: boolean
  readonly reverse: boolean
  readonly isMerge: boolean
}

/** Whether the index gives the order of the sort, read in which direction, and whether its ranges must be merged for it. */
export function orderOf (index: Index, bounds: Bounds, sort: Sort | undefined): Order {
  if (sort === undefined) return { sorted: true, reverse: false, isMerge: false }
  const plain = directionFor(index, bounds, NONE, sort)
  const reverse = plain ?? directionFor(index, bounds, bounds.choices, sort)
  return { sorted: reverse !== undefined, reverse: reverse ?? false, isMerge: plain === undefined && reverse !== undefined }
}

const NONE: ReadonlySet<string> = new Set()

/** Whether to read backwards, or `undefined` when the order is another one in either direction. */
function directionFor (index: Index, { constants }: Bounds, merged: ReadonlySet<string>, { keys, collation }: Sort): boolean | undefined {
  // A key that was cut has lost its place, and strings have none by a collation.
  const isUnordered = index.hasCutKeys || index.collation !== undefined || collation !== undefined
  const wanted = keys.filter(({ path }) => !constants.has(path) || index.multikeyPaths.has(path))
  let at = 0
  let reverse: boolean | undefined
  for (const { path, direction, isHashed } of index.key) {
    if (at === wanted.length) break
    if (path !== wanted[at].path && (constants.has(path) || merged.has(path))) continue
    const backwards = direction !== wanted[at].direction
    // An array is sorted by its smallest or largest element, while its entries stand at all of them.
    if (path !== wanted[at].path || index.multikeyPaths.has(path) || merged.has(path) || isUnordered || isHashed) return undefined
    if (reverse !== undefined && reverse !== backwards) return undefined
    reverse = backwards
    at++
  }
  return at === wanted.length ? reverse ?? false : undefined
}
