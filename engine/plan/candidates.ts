import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import type { PlannedRange } from './index-bounds.js'
import type { Access, IndexAccess } from './planner.js'

/** A place that a plan leads to. The document is missing if it was deleted since the place was noted. */
export interface Candidate {
  /** Its place: reading goes on behind it. */
  readonly key: Buffer
  readonly recordId: Buffer
  readonly document: Buffer | undefined
}

/** The candidates of a plan. Each `resume` goes on behind the last one that was taken, on the store's state of then. */
export interface Candidates {
  readonly keysExamined: number
  resume (): Iterable<Candidate>
}

export function candidatesOf (reader: Reader, collection: Collection, access: Access): Candidates {
  if (access.kind === 'collection') return new DocumentCandidates(reader, collection, access.reverse)
  const source = new RangeSource(reader, collection, access)
  return access.isMerge ? new MergedCandidates(source, access) : new SuccessiveCandidates(source, access)
}

/** All documents in their natural order, which is that of their `_id`. */
class DocumentCandidates implements Candidates {
  readonly keysExamined = 0
  readonly #reader: Reader
  readonly #collection: Collection
  readonly #reverse: boolean
  #after: Buffer | undefined

  constructor (reader: Reader, collection: Collection, reverse: boolean) {
    this.#reader = reader
    this.#collection = collection
    this.#reverse = reverse
  }

  * resume (): Generator<Candidate> {
    for (const { recordId, document } of this.#reader.documents(this.#collection, { reverse: this.#reverse, after: this.#after })) {
      this.#after = recordId
      yield { key: recordId, recordId, document }
    }
  }
}

interface Entry {
  readonly key: Buffer
  readonly recordId: Buffer
  /** Where the entry is the document itself. */
  readonly document?: Buffer
}

/** Reads one range of an index; the `_id_` index is the documents themselves. */
class RangeSource {
  keysExamined = 0
  readonly #reader: Reader
  readonly #collection: Collection
  readonly #access: IndexAccess

  constructor (reader: Reader, collection: Collection, access: IndexAccess) {
    this.#reader = reader
    this.#collection = collection
    this.#access = access
  }

  * entries ({ start, end }: PlannedRange, after: Buffer | undefined): Generator<Entry, void> {
    const { index, reverse } = this.#access
    const range = { start, end, reverse, after }
    const entries = index.name === '_id_' ? this.#documents(range) : this.#reader.entries(index, range)
    for (const entry of entries) {
      this.keysExamined++
      yield entry
    }
  }

  document (recordId: Buffer): Buffer | undefined {
    return this.#reader.document(this.#collection, recordId)
  }

  * #documents (range: { start: Buffer, end: Buffer, reverse: boolean, after: Buffer | undefined }): Generator<Entry, void> {
    for (const { recordId, document } of this.#reader.documents(this.#collection, range)) yield { key: recordId, recordId, document }
  }
}

/** One range after the other. */
class SuccessiveCandidates implements Candidates {
  readonly #source: RangeSource
  readonly #ranges: readonly PlannedRange[]
  #range = 0
  #after: Buffer | undefined

  constructor (source: RangeSource, { ranges }: IndexAccess) {
    this.#source = source
    this.#ranges = ranges
  }

  get keysExamined (): number {
    return this.#source.keysExamined
  }

  * resume (): Generator<Candidate> {
    for (; this.#range < this.#ranges.length; this.#range++, this.#after = undefined) {
      for (const { key, recordId, document } of this.#source.entries(this.#ranges[this.#range], this.#after)) {
        this.#after = key
        yield { key, recordId, document: document ?? this.#source.document(recordId) }
      }
    }
  }
}

/** A range that is being read beside others, with the entry that is its next. */
interface Stream {
  readonly range: number
  readonly entries: Generator<Entry, void>
  head: Entry
}

/** All ranges side by side, by what follows their prefixes: `$in` on a field before the one that is sorted by. */
class MergedCandidates implements Candidates {
  readonly #source: RangeSource
  readonly #access: IndexAccess
  readonly #after: Array<Buffer | undefined>

  constructor (source: RangeSource, access: IndexAccess) {
    this.#source = source
    this.#access = access
    this.#after = access.ranges.map(() => undefined)
  }

  get keysExamined (): number {
    return this.#source.keysExamined
  }

  * resume (): Generator<Candidate> {
    let streams = this.#access.ranges.flatMap((range, at) => this.#open(range, at) ?? [])
    try {
      while (streams.length > 0) {
        const next = streams.reduce((first, other) => this.#isBefore(other, first) ? other : first)
        const { key, recordId, document } = next.head
        this.#after[next.range] = key
        yield { key, recordId, document: document ?? this.#source.document(recordId) }
        const { value, done } = next.entries.next()
        if (done === true) streams = streams.filter((stream) => stream !== next)
        else next.head = value
      }
    } finally {
      // An iteration that is left open would pin the store's pages.
      for (const { entries } of streams) entries.return()
    }
  }

  #open (range: PlannedRange, at: number): Stream | undefined {
    const entries = this.#source.entries(range, this.#after[at])
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
