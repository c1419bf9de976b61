import { EngineError } from '../errors.js'
import type { Clock } from '../update/clock.js'
import type { Catalog, Collection } from './catalog.js'
import type { ChangeSession } from './change-row.js'
import { LAST_ID_KEY } from './changes.js'
import { claimName, writeConflict, type Claimant, type ClaimedTable, type Claims } from './claims.js'
import type { Data } from './data.js'
import { Ending } from './ending.js'
import type { Snapshot } from './environment.js'
import { Group } from './group.js'
import { Overlay } from './overlay.js'
import { Reader } from './reader.js'
import { FIRST_OWN_ID, RecordingTx, type Step } from './recording-tx.js'
import { rowPrefix } from './rows.js'
import { tableNames, type TableName, type Tables } from './table.js'
import type { Tx } from './tx.js'

/** How much memory the changes of a transaction may take: until it is committed they are nowhere else. */
const MAX_BYTES = 16 * 1024 * 1024

/** What a transaction needs of its store. */
export interface TransactionOptions {
  /** The data on which it is opened, and which it goes on reading. */
  readonly snapshot: Snapshot
  readonly catalog: Catalog
  readonly tables: Tables
  /** Reads a row as the last commit has left it. */
  readonly current: (table: ClaimedTable, key: Buffer) => Buffer | undefined
  readonly claims: Claims
  readonly timestamps: Clock
  readonly now: () => number
  readonly write: Data['write']
}

interface Claim { readonly table: ClaimedTable, readonly key: Buffer, readonly before: Buffer | undefined }

/**
 * Works that are committed together or not at all. It reads one snapshot and its own changes, which are kept in memory,
 * index entries and counters as well: the code that reads and writes is the same as outside, on other tables. Whoever
 * changes a row first has it until the end; the commit repeats the changes in one work, if those rows are still what
 * they were in the snapshot.
 */
export class Transaction implements Data, Claimant {
  readonly read: Reader
  readonly timestamps: Clock
  readonly ending = new Ending()
  readonly #options: TransactionOptions
  readonly #overlays: Readonly<Record<TableName, Overlay>>
  readonly #group: Group
  readonly #claims = new Map<string, Claim>()
  readonly #steps: Step[] = []
  #isOpen = true

  constructor (options: TransactionOptions) {
    this.#options = options
    this.timestamps = options.timestamps
    const overlay = (name: TableName): Overlay => new Overlay(options.tables[name], () => this.#transaction())
    this.#overlays = Object.fromEntries(tableNames.map((name) => [name, overlay(name)])) as Record<TableName, Overlay>
    this.#overlays.meta.putSync(LAST_ID_KEY, rowPrefix(FIRST_OWN_ID))
    this.#group = new Group(this.#overlays, options.catalog, { now: options.now, claim: (table, key) => this.#claim(table, key) })
    this.read = new Reader(this.#overlays, () => undefined)
  }

  get catalog (): Catalog {
    return this.#group.catalog
  }

  /** Whether the collection is one that nobody else knows yet. */
  hasMade ({ id }: Collection): boolean {
    return id >= FIRST_OWN_ID
  }

  /** @throws {EngineError} WriteConflict, TransactionTooLarge, NoSuchTransaction when it has ended */
  async write<T> (work: (tx: Tx) => T): Promise<T> {
    this.#transaction()
    const steps: Step[] = []
    const result = this.#group.run(work, (changes) => new RecordingTx(changes, this.#options.now, steps))
    this.#group.finish()
    for (const step of steps) this.#steps.push(step)
    this.#checkSize()
    return result
  }

  /**
   * Resolves when everything is on the disk, with what `record` has written in the same commit. If it fails nothing is.
   * @param session as whose it is recorded in the history
   * @throws {EngineError} WriteConflict
   */
  async commit (session: ChangeSession, record: (tx: Tx) => void): Promise<void> {
    this.#close()
    try {
      await this.#options.write((tx) => {
        // In one turn: whoever comes next already meets the changes themselves.
        this.#options.claims.release(this.#claims.keys(), this)
        tx.beginTransaction(session)
        this.#repeat(tx)
        record(tx)
      })
    } finally {
      this.#release()
    }
  }

  /** Forgets all changes; does nothing after the end. */
  abort (): void {
    if (!this.#isOpen) return
    this.#close()
    this.#release()
  }

  #close (): void {
    this.#transaction()
    this.#isOpen = false
    this.#options.snapshot.release()
  }

  #release (): void {
    this.#options.claims.release(this.#claims.keys(), this)
    this.#claims.clear()
    this.ending.come()
  }

  #transaction (): Snapshot['transaction'] {
    if (!this.#isOpen) throw new EngineError('NoSuchTransaction', 'The transaction has been committed or aborted.')
    return this.#options.snapshot.transaction
  }

  #claim (table: ClaimedTable, key: Buffer): void {
    const name = claimName(table, key)
    // What the transaction itself has created nobody else knows.
    if (this.#claims.has(name) || key.readUInt32BE() >= FIRST_OWN_ID) return
    const before = this.#overlays[table].original(key)
    if (!isSame(before, this.#options.current(table, key))) throw writeConflict()
    this.#options.claims.take(table, key, this)
    this.#claims.set(name, { table, key, before })
  }

  #repeat (tx: Tx): void {
    const { tables } = this.#options
    for (const { table, key, before } of this.#claims.values()) {
      if (!isSame(before, tables[table].get(key))) throw writeConflict()
    }
    try {
      for (const step of this.#steps) step(tx)
    } catch (error) {
      // It was possible on the snapshot: a collection or an index has come or gone since.
      throw error instanceof EngineError ? writeConflict() : error
    }
  }

  #checkSize (): void {
    const bytes = Object.values(this.#overlays).reduce((sum, overlay) => sum + overlay.bytes, 0)
    if (bytes > MAX_BYTES) throw new EngineError('TransactionTooLarge', `The changes of a transaction may take ${MAX_BYTES} bytes, with those of index entries; these take ${bytes}`)
  }
}

function isSame (row: Buffer | undefined, other: Buffer | undefined): boolean {
  return row === undefined || other === undefined ? row === other : row.equals(other)
}
