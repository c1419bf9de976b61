import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import { scoreIn } from '../storage/text-keys.js'
import type { Candidates, Take } from './candidates.js'
import { Ranking } from './ranking.js'
import type { TextAccess } from './text-plan.js'

const NONE = Buffer.alloc(0)

/** The documents that have any of the terms of a search, the best first: all entries of the terms are read before. */
export class TextCandidates implements Candidates {
  keysExamined = 0
  readonly #reader: Reader
  readonly #collection: Collection
  readonly #access: TextAccess
  readonly #ranking = new Ranking()
  #range = 0
  #after: Buffer | undefined

  constructor (reader: Reader, collection: Collection, access: TextAccess) {
    this.#reader = reader
    this.#collection = collection
    this.#access = access
  }

  read (take: Take): 'ended' | 'stopped' {
    if (!this.#collect(take)) return 'stopped'
    for (let recordId = this.#ranking.take(); recordId !== undefined; recordId = this.#ranking.take()) {
      if (!take(recordId, this.#reader.document(this.#collection, recordId))) return 'stopped'
    }
    return 'ended'
  }

  /** Returns whether all entries have been read; while they are there are no candidates yet. */
  #collect (take: Take): boolean {
    const { index, ranges } = this.#access
    while (this.#range < ranges.length) {
      const { start, end, prefixLength } = ranges[this.#range]
      for (const { key, recordId } of this.#reader.entries(index, { start, end, after: this.#after })) {
        this.keysExamined++
        this.#after = key
        this.#ranking.add(recordId, scoreIn(key, prefixLength))
        if (!take(recordId, undefined)) return false
      }
      this.#range++
      this.#after = undefined
      // A term without entries takes time as well.
      if (!take(NONE, undefined)) return false
    }
    return true
  }
}
