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
  for (const a of left) {
    for (const b of right) {
      const start = Buffer.compare(a.start, b.start) > 0 ? a.start : b.start
      const end = Buffer.compare(a.end, b.end) < 0 ? a.end : b.end
      if (Buffer.compare(start, end) < 0) common.push({ start, end, isPoint: a.isPoint || b.isPoint })
    }
  }
  return common
}

/** Sorts intervals and drops those that occur twice, as `$in: [1, 1.0]` brings them. */
export function normalize (intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => Buffer.compare(a.start, b.start))
  return sorted.filter((interval, at) => at === 0 || !interval.start.equals(sorted[at - 1].start))
}
