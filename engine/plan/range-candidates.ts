import type { Candidates, Take } from './candidates.js'
import type { PlannedRange } from './index-bounds.js'
import type { IndexEntries } from './index-entries.js'

const NONE = Buffer.alloc(0)

/** What the ranges of an index lead to, one range after the other. */
export class RangeCandidates implements Candidates {
  readonly #entries: IndexEntries
  readonly #ranges: readonly PlannedRange[]
  #range = 0
  #after: Buffer | undefined

  constructor (entries: IndexEntries, ranges: readonly PlannedRange[]) {
    this.#entries = entries
    this.#ranges = ranges
  }

  get keysExamined (): number {
    return this.#entries.keysExamined
  }

  read (take: Take): 'ended' | 'stopped' {
    while (this.#range < this.#ranges.length) {
      for (const entry of this.#entries.range(this.#ranges[this.#range], this.#after)) {
        this.#after = entry.key
        if (!take(entry.recordId, this.#entries.document(entry))) return 'stopped'
      }
      this.#range++
      this.#after = undefined
      // Ranges without entries take time as well.
      if (this.#range < this.#ranges.length && !take(NONE, undefined)) return 'stopped'
    }
    return 'ended'
  }
}
