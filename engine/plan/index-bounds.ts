import type { Index, KeyPart } from '../storage/catalog.js'
import { successor } from '../storage/key.js'
import { fieldIntervals, type IndexField } from './bounds.js'
import type { Conditions } from './conditions.js'
import { hull, type Interval } from './interval.js'

/** More combinations of the values of several fields than these are not worth a range each, nor a place in a merge. */
const MAX_COMBINATIONS = 1000
const MAX_MERGED_RANGES = 50
/** Above every key: no type's place in the order begins with it. */
const END = Buffer.of(0xff)

/** What a filter says about the leading fields of an index. */
export interface Bounds {
  /** The intervals of each leading field that the filter narrows; all but the last are points. */
  readonly fields: ReadonlyArray<readonly Interval[]>
  /** The paths bound to one value, which disturb no order. */
  readonly constants: ReadonlySet<string>
  /** The paths bound to several values, which disturb none if their ranges are merged. */
  readonly choices: ReadonlySet<string>
  /** Whether they hold more than the filter says, because it names too many combinations. */
  readonly isWidened: boolean
}

/** Narrows one field after the other, until one is not bound to points. */
export function boundsOf (index: Index, conditions: Conditions): Bounds {
  const fields: Array<readonly Interval[]> = []
  const constants = new Set<string>()
  const choices = new Set<string>()
  let ranges = 1
  let arrayBound = false
  let isWidened = false
  for (const part of index.key) {
    const { path } = part
    const multikey = index.multikeyPaths.has(path)
    // Two conditions on paths through one array may hold for different elements, which no single entry shows.
    if (multikey && arrayBound) break
    const narrowed = fieldIntervals(conditions.on(path), fieldOf(index, part, conditions))
    if (narrowed === undefined) break
    const isWide = isTooMany(ranges, narrowed.length)
    const intervals = isWide ? [hull(narrowed)] : narrowed
    isWidened ||= isWide
    fields.push(intervals)
    arrayBound ||= multikey
    ranges *= intervals.length
    if (!arePoints(intervals)) break
    (intervals.length === 1 ? constants : choices).add(path)
  }
  return { fields, constants, choices: ranges <= MAX_MERGED_RANGES ? choices : new Set(), isWidened }
}

/** A field of an index, for a query with these conditions. */
export function fieldOf ({ multikeyPaths, collation }: Index, part: KeyPart, conditions: Conditions): IndexField {
  return { ...part, multikey: multikeyPaths.has(part.path), collation, asked: conditions.collation }
}

/** One list may be as long as the client has made it; it is their combinations that grow beyond measure. */
function isTooMany (ranges: number, intervals: number): boolean {
  return ranges > 1 && intervals > 1 && ranges * intervals > MAX_COMBINATIONS
}

export function arePoints (intervals: readonly Interval[]): boolean {
  return intervals.every(({ isPoint }) => isPoint)
}

/** Keys from `start` up to below `end`, all of which begin with the same `prefixLength` bytes. */
export interface PlannedRange {
  readonly start: Buffer
  readonly end: Buffer
  readonly prefixLength: number
}

/** The ranges of whole keys: every combination of the points of the leading fields with the intervals of the last. */
export function keyRanges (fields: ReadonlyArray<readonly Interval[]>): PlannedRange[] {
  let prefixes: Buffer[] = [Buffer.alloc(0)]
  for (const intervals of fields) {
    if (!arePoints(intervals)) return prefixes.flatMap((prefix) => intervals.map((interval) => rangeBehind(prefix, interval)))
    prefixes = prefixes.flatMap((prefix) => intervals.map(({ start }) => Buffer.concat([prefix, start])))
  }
  return prefixes.map((prefix) => ({
    start: prefix,
    end: prefix.length === 0 ? END : successor(prefix),
    prefixLength: prefix.length
  }))
}

function rangeBehind (prefix: Buffer, { start, end }: Interval): PlannedRange {
  return {
    start: Buffer.concat([prefix, start]),
    end: Buffer.concat([prefix, end]),
    prefixLength: prefix.length
  }
}
