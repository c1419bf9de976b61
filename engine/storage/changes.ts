import { encodeEntry } from './catalog-row.js'
import type { Catalog, Entry } from './catalog.js'
import { decodeCount, NO_DOCUMENTS, type Count } from './count.js'
import type { ClaimedTable } from './claims.js'
import { Recorder, type Recording } from './history.js'
import type { Table, Tables } from './table.js'
import { rowPrefix } from './rows.js'

/** Of the rows in `meta` that have the last id and the last timestamp. */
export const LAST_ID_KEY = Buffer.from('lastId')
export const LAST_TIMESTAMP_KEY = Buffer.from('lastTimestamp')

/** What the works of a commit share (group.ts). */
interface Shared {
  readonly tables: Tables
  catalog: Catalog
  readonly counts: Map<number, Count>
  readonly claim: (table: ClaimedTable, key: Buffer) => void
  readonly recording: Recording | undefined
  fault: unknown
  hasGarbage: boolean
}

/** The changes of one work, each with the way to take it back. */
export class Changes {
  readonly tables: Tables
  /** Where changes are recorded, unless they are those of a transaction before its commit. */
  readonly history: Recorder | undefined
  readonly #shared: Shared
  readonly #undo: Array<() => void> = []
  #hasEnded = false

  constructor (shared: Shared) {
    this.#shared = shared
    this.tables = shared.tables
    this.history = shared.recording && new Recorder(this, shared.recording)
  }

  get catalog (): Catalog {
    return this.#shared.catalog
  }

  /** To be called for a row that another writer might want to change, before anything is. @throws {EngineError} WriteConflict */
  claim (table: ClaimedTable, key: Buffer): void {
    this.#shared.claim(table, key)
  }

  /** @param before what the key has had so far */
  put (table: Table, key: Buffer, value: Buffer, before: Buffer | undefined): void {
    this.#change(() => table.putSync(key, value))
    this.#undo.push(() => before === undefined ? table.removeSync(key) : table.putSync(key, before))
  }

  /** @param before what the key has had so far */
  remove (table: Table, key: Buffer, before: Buffer): void {
    this.#change(() => table.removeSync(key))
    this.#undo.push(() => table.putSync(key, before))
  }

  /** Removes a row that nobody sees or misses, and that is not put back when the work fails. */
  erase (table: Table, key: Buffer): void {
    this.#change(() => table.removeSync(key))
  }

  /** Stores a collection or a view that is new, or new in something. */
  saveEntry (entry: Entry): void {
    const { catalog } = this.tables
    const key = rowPrefix(entry.id)
    this.put(catalog, key, encodeEntry(entry), catalog.get(key))
    this.#setCatalog(this.catalog.with(entry))
  }

  removeEntry (entry: Entry): void {
    this.remove(this.tables.catalog, rowPrefix(entry.id), encodeEntry(entry))
    this.#setCatalog(this.catalog.without(entry))
  }

  count (collectionId: number): Count {
    const counted = this.#shared.counts.get(collectionId)
    if (counted !== undefined) return counted
    const row = this.tables.counters.get(rowPrefix(collectionId))
    return row === undefined ? NO_DOCUMENTS : decodeCount(row)
  }

  /** Adds to a collection's counters, which are stored once for all works of the commit. */
  adjustCount (collectionId: number, documents: number, bytes: number): void {
    const before = this.count(collectionId)
    this.#setCount(collectionId, before, { documents: before.documents + documents, bytes: before.bytes + bytes, lastRecord: before.lastRecord })
  }

  /** A number that no document of the collection has been stored by before. */
  nextRecord (collectionId: number): number {
    const before = this.count(collectionId)
    const lastRecord = before.lastRecord + 1
    this.#setCount(collectionId, before, { ...before, lastRecord })
    return lastRecord
  }

  /** An id that no collection and no index has had before. */
  nextId (): number {
    const { meta } = this.tables
    const before = meta.get(LAST_ID_KEY)
    const id = (before?.readUInt32BE() ?? 0) + 1
    this.put(meta, LAST_ID_KEY, rowPrefix(id), before)
    return id
  }

  /** There is something to be collected when this is committed. */
  noteGarbage (): void {
    this.#shared.hasGarbage = true
  }

  /** Takes everything back, the last change first. */
  undo (): void {
    // After a fault the whole transaction is given up.
    while (this.#undo.length > 0 && this.#shared.fault === undefined) this.#change(this.#undo.pop()!)
  }

  /** Guards the store against a work that goes on after it has returned, outside of any transaction. */
  end (): void {
    this.#hasEnded = true
  }

  #change (change: () => void): void {
    if (this.#hasEnded) throw new Error('a work has gone on after it returned: works are synchronous')
    try {
      change()
    } catch (error) {
      this.#shared.fault ??= error
      throw error
    }
  }

  #setCount (collectionId: number, before: Count, count: Count): void {
    this.#shared.counts.set(collectionId, count)
    this.#undo.push(() => this.#shared.counts.set(collectionId, before))
  }

  #setCatalog (catalog: Catalog): void {
    const before = this.#shared.catalog
    this.#shared.catalog = catalog
    this.#undo.push(() => { this.#shared.catalog = before })
  }
}
