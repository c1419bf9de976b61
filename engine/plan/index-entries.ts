import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import type { CandidateOptions } from './candidates.js'
import type { PlannedRange } from './index-bounds.js'
import type { IndexAccess } from './planner.js'

/** An entry of an index. */
export interface Entry {
  /** Its place: reading goes on behind it. */
  readonly key: Buffer
  readonly recordId: Buffer
  /** Given where the entry is the document itself. */
  readonly document?: Buffer
}

const UNREAD = Buffer.alloc(0)

/** The entries of one index, and the documents that they lead to, each once where there may be several to one. */
export class IndexEntries {
  keysExamined = 0
  readonly #reader: Reader
  readonly #collection: Collection
  readonly #access: IndexAccess
  readonly #isCovered: boolean
  readonly #met: Set<string> | undefined

  constructor (reader: Reader, collection: Collection, access: IndexAccess, { once, isCovered }: CandidateOptions) {
    this.#reader = reader
    this.#collection = collection
    this.#access = access
    this.#isCovered = isCovered
    const { multikeyPaths, hasCutKeys } = access.index
    // The ranges of long values overlap when what of them is stored begins alike.
    this.#met = once || multikeyPaths.size > 0 || hasCutKeys ? new Set() : undefined
  }

  * range ({ start, end }: PlannedRange, after: Buffer | undefined): Generator<Entry, void> {
    const { index, reverse } = this.#access
    const range = { start, end, reverse, after }
    const entries = index.isId && this.#collection.recordIds === 'id' ? this.#documents(range) : this.#reader.entries(index, range)
    for (const entry of entries) {
      this.keysExamined++
      yield entry
    }
  }

  /** The entry's document, unless it has been met before or has been deleted since; nothing in its place if it is not looked at. */
  document ({ recordId, document }: Entry): Buffer | undefined {
    if (this.#isCovered) return UNREAD
    return this.#isNew(recordId) ? document ?? this.#reader.document(this.#collection, recordId) : undefined
  }

  /** The entries of the index on `_id`, which are the documents. */
  * #documents (range: { start: Buffer, end: Buffer, reverse: boolean, after: Buffer | undefined }): Generator<Entry, void> {
    for (const { recordId, document } of this.#reader.documents(this.#collection, range)) yield { key: recordId, recordId, document }
  }

  #isNew (recordId: Buffer): boolean {
    if (this.#met === undefined) return true
    const before = this.#met.size
    return this.#met.add(recordId.toString('latin1')).size > before
  }
}
