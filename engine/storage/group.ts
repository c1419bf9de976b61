import type { Catalog } from './catalog.js'
import { Changes } from './changes.js'
import { encodeCount, type Count } from './count.js'
import type { ClaimedTable } from './claims.js'
import type { Recording } from './history.js'
import { rowPrefix } from './rows.js'
import type { Tables } from './table.js'
import { Tx } from './tx.js'

export interface GroupOptions {
  /** The system's time in milliseconds. */
  readonly now: () => number
  /** Told of each row that a work is about to change; may throw. */
  readonly claim: (table: ClaimedTable, key: Buffer) => void
  /** Given if changes are to be recorded. */
  readonly recording?: Recording
}

/** What the works of one commit share: each sees what those before it have done. */
export class Group {
  readonly tables: Tables
  catalog: Catalog
  /** The counters that have changed. */
  readonly counts = new Map<number, Count>()
  /** Set when a row could not be written: nothing of the group may be committed then. */
  fault: unknown
  /** Whether something was dropped whose rows are still there. */
  hasGarbage = false
  readonly claim: GroupOptions['claim']
  readonly recording: Recording | undefined
  readonly #now: () => number

  constructor (tables: Tables, catalog: Catalog, { now, claim, recording }: GroupOptions) {
    this.tables = tables
    this.catalog = catalog
    this.claim = claim
    this.recording = recording
    this.#now = now
  }

  /** Runs a work; if it throws, its changes are taken back. */
  run<T> (work: (tx: Tx) => T, open = (changes: Changes): Tx => new Tx(changes, this.#now)): T {
    const changes = new Changes(this)
    try {
      return work(open(changes))
    } catch (error) {
      changes.undo()
      throw error
    } finally {
      changes.end()
    }
  }

  /** Writes what is written once for all works. */
  finish (): void {
    if (this.fault !== undefined) throw this.fault
    for (const [id, count] of this.counts) {
      if (this.catalog.byId(id) !== undefined) this.tables.counters.putSync(rowPrefix(id), encodeCount(count))
    }
  }
}
