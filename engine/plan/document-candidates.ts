import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import type { Candidates, Take } from './candidates.js'

/** All documents in their natural order. */
export class DocumentCandidates implements Candidates {
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

  read (take: Take): 'ended' | 'stopped' {
    for (const { recordId, document } of this.#reader.documents(this.#collection, { reverse: this.#reverse, after: this.#after })) {
      this.#after = recordId
      if (!take(recordId, document)) return 'stopped'
    }
    return 'ended'
  }
}

/** The documents with certain ids, in the order of these. */
export class IdCandidates implements Candidates {
  keysExamined = 0
  readonly #reader: Reader
  readonly #collection: Collection
  readonly #recordIds: readonly Buffer[]

  constructor (reader: Reader, collection: Collection, recordIds: readonly Buffer[]) {
    this.#reader = reader
    this.#collection = collection
    this.#recordIds = recordIds
  }

  read (take: Take): 'ended' | 'stopped' {
    while (this.keysExamined < this.#recordIds.length) {
      const recordId = this.#recordIds[this.keysExamined++]
      if (!take(recordId, this.#reader.document(this.#collection, recordId))) return 'stopped'
    }
    return 'ended'
  }
}
