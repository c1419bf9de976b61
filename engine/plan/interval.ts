import { spend } from '../stretch.js'

/**
 * Intervals of one field of an index, in the bytes of its keys: `start` is inclusive, `end` exclusive. The encoding of
 * a field is prefix-free (storage/key.ts), so all keys whose field has a value begin with that value's bytes.
 */
export interface Interval {
  readonly start: Buffer
  readonly end: Buffer
  /** Whether it holds the keys of one single value. */
  readonly isPoint: boolean
}

/** What two lists of intervals have in common; both are sorted and do not overlap, and so is the result. */
export function intersect (left: readonly Interval[], right: readonly Interval[]): Interval[] {
  const common: Interval[] = []
  for (let l = 0, r = 0; l < left.length && r < right.length;) {
    const [a, b] = [left[l], right[r]]
    const start = Buffer.compare(a.start, b.start) > 0 ? a.start : b.start
    const endsFirst = Buffer.compare(a.end, b.end) < 0
    const end = endsFirst ? a.end : b.end
    if (Buffer.compare(start, end) < 0) common.push({ start, end, isPoint: a.isPoint || b.isPoint })
    if (endsFirst) l++
    else r++
  }
  return common
}

/** Sorts intervals and drops those that occur twice, as `$in: [1, 1.0]` brings them. */
export function normalize (intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => {
    spend(1)
    return Buffer.compare(a.start, b.start)
  })
  return sorted.filter((interval, at) => at === 0 || !interval.start.equals(sorted[at - 1].start))
}

/** One interval that holds all of a sorted list, which is not empty. */
export function hull (intervals: readonly Interval[]): Interval {
  return { start: intervals[0].start, end: intervals[intervals.length - 1].end, isPoint: false }
}
