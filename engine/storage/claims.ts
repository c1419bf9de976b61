import { EngineError } from '../errors.js'
import { Ending } from './ending.js'
import { Turns } from './turns.js'

/** The tables in which two writers can be in each other's way: a document's row, or that of a key in a unique index. */
export type ClaimedTable = 'documents' | 'entries'

/** A transaction, or a task that has a collection to itself, as those see it who wait for it. */
export interface Claimant {
  /** Comes when it holds no row any longer. */
  readonly ending: Ending
}

/** A row belongs to a claimant that has not ended: a write outside of transactions waits for that. */
export class RowClaimed extends EngineError {
  readonly release: Ending

  constructor ({ ending }: Claimant) {
    super('WriteConflict', CONFLICT)
    this.release = ending
  }
}

const CONFLICT = 'WriteConflict error: this operation conflicted with another operation. Please retry your operation or multi-document transaction.'

/** What a transaction is told when another writer was first. */
export function writeConflict (): EngineError {
  return new EngineError('WriteConflict', CONFLICT)
}

/** Which rows open transactions have changed: the first writer wins, and the others wait or give up. A collection can be claimed as a whole. */
export class Claims {
  readonly #claimants = new Map<string, Claimant>()
  readonly #collections = new Map<number, Claimant>()
  /** Who claims collections, by id: a name may pass to another one. */
  readonly #turns = new Turns()

  /** For a write outside of transactions. @throws {RowClaimed} */
  check (table: ClaimedTable, key: Buffer): void {
    if (this.#claimants.size === 0 && this.#collections.size === 0) return
    // Collections and indexes have different ids: the key of an index entry is that of no collection.
    const claimant = this.#collections.get(key.readUInt32BE()) ?? this.#claimants.get(claimName(table, key))
    if (claimant !== undefined) throw new RowClaimed(claimant)
  }

  /** @throws {EngineError} WriteConflict when another one was first */
  take (table: ClaimedTable, key: Buffer, claimant: Claimant): void {
    const name = claimName(table, key)
    if (this.#claimants.has(name) || this.#collections.has(key.readUInt32BE())) throw writeConflict()
    this.#claimants.set(name, claimant)
  }

  /** Claims all rows of a collection until a task has ended; the next task with it waits for that. */
  async during<T> (collectionId: number, task: () => Promise<T>): Promise<T> {
    return await this.#turns.take(String(collectionId), async () => {
      const ending = new Ending()
      this.#collections.set(collectionId, { ending })
      try {
        return await task()
      } finally {
        this.#collections.delete(collectionId)
        ending.come()
      }
    })
  }

  /** What others have taken since stays theirs. */
  release (names: Iterable<string>, claimant: Claimant): void {
    for (const name of names) {
      if (this.#claimants.get(name) === claimant) this.#claimants.delete(name)
    }
  }
}

export function claimName (table: ClaimedTable, key: Buffer): string {
  return table + key.toString('latin1')
}
