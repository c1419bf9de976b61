import type { RangeOptions, Transaction } from 'lmdb'
import type { Value } from '../bson/value.js'
import type { Collection, Index } from './catalog.js'
import { decodeChange, type Change } from './change-row.js'
import { decodeCount, NO_DOCUMENTS, type Count } from './count.js'
import type { Table, Tables } from './table.js'
import { HISTORY_START_KEY } from './history.js'
import { encodeKey, recordIdOf, storedEnd, storedStart, successor } from './key.js'
import { documentRow, rowPrefix } from './rows.js'
import { readSession } from './sessions.js'

/** A range of keys without the ids before them; the bounds may be longer than what of a key is stored. */
export interface KeyRange {
  /** Inclusive. */
  readonly start: Buffer
  /** Exclusive. */
  readonly end: Buffer
  readonly reverse?: boolean
  /** Goes on behind this key, in the direction of the scan. */
  readonly after?: Buffer
}

export interface StoredDocument { readonly recordId: Buffer, readonly document: Buffer }
export interface IndexEntry { readonly key: Buffer, readonly recordId: Buffer }

/**
 * Reads one state of the data. Whoever iterates ends or abandons the iteration (`return`) before the next turn of the
 * event loop: an open one pins a snapshot, and the file grows with every write (a long scan seeks its last key again).
 * The buffers it gives may be kept, but not written to.
 */
export class Reader {
  readonly #tables: Tables
  readonly #snapshot: () => Transaction | undefined

  constructor (tables: Tables, snapshot: () => Transaction | undefined) {
    this.#tables = tables
    this.#snapshot = snapshot
  }

  /**
   * The document as a buffer of the caller's own.
   * @throws {EngineError} DataCorruptionDetected
   */
  document (collection: Collection, recordId: Buffer): Buffer | undefined {
    return this.#tables.documents.get(documentRow(collection.id, recordId), { transaction: this.#snapshot() })
  }

  /**
   * The document with an `_id`, as the collection compares them.
   * @throws {EngineError} DataCorruptionDetected
   */
  documentById (collection: Collection, id: Value): Buffer | undefined {
    const recordId = collection.recordIds === 'id' ? recordIdOf(id, collection.collation) : this.#recordIdByIndex(collection, id)
    return recordId && this.document(collection, recordId)
  }

  /**
   * The documents in their natural order.
   * @throws {EngineError} DataCorruptionDetected
   */
  * documents (collection: Collection, range: Partial<KeyRange> = {}): Generator<StoredDocument, void> {
    for (const { key, value } of this.#rows(this.#tables.documents, collection.id, range)) {
      yield { recordId: key.subarray(4), document: value }
    }
  }

  /** The entries of an index in the order of their keys; every index has them but that of `_id` where documents are stored by it. */
  * entries (index: Index, range: Partial<KeyRange> = {}): Generator<IndexEntry, void> {
    for (const { key, value } of this.#rows(this.#tables.entries, index.id, range)) {
      yield { key: key.subarray(4), recordId: value }
    }
  }

  /** How many documents there are, from a counter. */
  count (collection: Collection): number {
    return this.size(collection).documents
  }

  /** How many documents there are and how long they are together. */
  size ({ id }: Collection): Count {
    const row = this.#tables.counters.get(rowPrefix(id), { transaction: this.#snapshot() })
    return row === undefined ? NO_DOCUMENTS : decodeCount(row)
  }

  /** What is kept of a session's retryable writes and transactions. */
  session (lsid: Buffer): Buffer | undefined {
    return readSession(this.#tables.sessions, lsid, this.#snapshot())
  }

  /** What has happened behind a place in the history, in its order. @throws {EngineError} DataCorruptionDetected */
  * changes (after: Buffer): Generator<Change, void> {
    const range = { start: after, exclusiveStart: true, transaction: this.#snapshot() }
    for (const row of this.#tables.history.getRange(range)) yield decodeChange(row)
  }

  /** The change at a place in the history, if there is one. */
  change (key: Buffer): Change | undefined {
    const value = this.#tables.history.get(key, { transaction: this.#snapshot() })
    return value && decodeChange({ key, value })
  }

  /** The place in the history behind which nothing is missing; `undefined` if nothing ever was removed. */
  historyStart (): Buffer | undefined {
    return this.#tables.meta.get(HISTORY_START_KEY, { transaction: this.#snapshot() })
  }

  /** Where documents have other record ids, there may be an index on `_id` all the same. */
  #recordIdByIndex ({ indexes, collation }: Collection, id: Value): Buffer | undefined {
    const index = indexes.find(({ isId }) => isId)
    const start = encodeKey([id], [1], collation)
    const [entry] = index === undefined ? [] : this.entries(index, { start, end: successor(start) })
    return entry?.recordId
  }

  #rows (table: Table, id: number, { start, end, after, reverse = false }: Partial<KeyRange>): Iterable<{ key: Buffer, value: Buffer }> {
    const low = start === undefined ? rowPrefix(id) : withPrefix(id, storedStart(start))
    const high = end === undefined ? rowPrefix(id + 1) : withPrefix(id, storedEnd(end))
    const resumed = after && withPrefix(id, after)
    // Backwards, lmdb's `start` is the upper end, and the range's exclusive end is where it starts.
    const bounds: RangeOptions = reverse
      ? { reverse, start: resumed ?? high, exclusiveStart: true, end: low, inclusiveEnd: true }
      : { start: resumed ?? low, exclusiveStart: resumed !== undefined, end: high }
    return table.getRange({ ...bounds, transaction: this.#snapshot() })
  }
}

function withPrefix (id: number, key: Buffer): Buffer {
  return Buffer.concat([rowPrefix(id), key])
}
