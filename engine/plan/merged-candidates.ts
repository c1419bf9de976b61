import type { Candidates, Take } from './candidates.js'
import type { PlannedRange } from './index-bounds.js'
import type { Entry, IndexEntries } from './index-entries.js'
import type { IndexAccess } from './planner.js'

/** A range that is being read beside others, with the entry that is its next. */
interface Stream {
  readonly range: number
  readonly entries: Generator<Entry, void>
  head: Entry
}

/**
 * What the ranges of an index lead to, all side by side in the order of what follows their prefixes: for an `$in` on a
 * field before the one that is sorted by.
 */
export class MergedCandidates implements Candidates {
  readonly #entries: IndexEntries
  readonly #access: IndexAccess
  /** By range, the key that was taken last. */
  readonly #after: Array<Buffer | undefined>

  constructor (entries: IndexEntries, access: IndexAccess) {
    this.#entries = entries
    this.#access = access
    this.#after = access.ranges.map(() => undefined)
  }

  get keysExamined (): number {
    return this.#entries.keysExamined
  }

  read (take: Take): 'ended' | 'stopped' {
    let streams: Stream[] = []
    try {
      streams = this.#access.ranges.flatMap((range, at) => this.#open(range, at) ?? [])
      while (streams.length > 0) {
        const next = streams.reduce((first, other) => this.#isBefore(other, first) ? other : first)
        this.#after[next.range] = next.head.key
        if (!take(next.head.recordId, this.#entries.document(next.head))) return 'stopped'
        if (!advance(next)) streams = streams.filter((stream) => stream !== next)
      }
      return 'ended'
    } finally {
      // An iteration that is left open would pin the store's pages.
      for (const { entries } of streams) entries.return()
    }
  }

  #open (range: PlannedRange, at: number): Stream | undefined {
    const entries = this.#entries.range(range, this.#after[at])
    const { value, done } = entries.next()
    return done === true ? undefined : { range: at, entries, head: value }
  }

  #isBefore (left: Stream, right: Stream): boolean {
    const difference = Buffer.compare(this.#suffix(left), this.#suffix(right))
    return this.#access.reverse ? difference > 0 : difference < 0
  }

  #suffix ({ range, head }: Stream): Buffer {
    return head.key.subarray(this.#access.ranges[range].prefixLength)
  }
}

/** Moves a stream to its next entry, if it has one. */
function advance (stream: Stream): boolean {
  const { value, done } = stream.entries.next()
  if (done === true) return false
  stream.head = value
  return true
}
