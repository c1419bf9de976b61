import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { open, type Database, type RootDatabase, type Transaction } from 'lmdb'

export type Table = Database<Buffer, Buffer>

/** The tables of the store: all that there will ever be, for a table that is cleared or dropped can abort LMDB. */
const tableNames = ['meta', 'catalog', 'documents', 'entries', 'counters', 'sessions', 'garbage'] as const
export type Tables = Readonly<Record<typeof tableNames[number], Table>>

/** The layout of the rows. A change that old code would misread needs a new number. */
const FORMAT = 1
const FORMAT_KEY = Buffer.from('format')
const RAW = { keyEncoding: 'binary', encoding: 'binary' } as const

/**
 * The LMDB environment of a data directory. What has been committed last is read through one snapshot, which is
 * replaced by hand after each commit: what is in memory (the catalog) and what is read always belong together.
 */
export class Environment {
  readonly tables: Tables
  readonly #root: RootDatabase<Buffer, Buffer>
  #snapshot: Transaction | undefined

  /** @throws {Error} when the files belong to a newer version */
  constructor (directory: string) {
    // Without overlapping syncs a commit has been flushed to the disk when its promise resolves.
    this.#root = open({ path: directory, overlappingSync: false, eventTurnBatching: false, noSubdir: false, ...RAW })
    for (const file of ['data.mdb', 'lock.mdb']) chmodSync(join(directory, file), 0o600)
    const meta = this.#openTable('meta')
    checkFormat(meta, directory)
    this.tables = Object.fromEntries(tableNames.map((name) => [name, name === 'meta' ? meta : this.#openTable(name)])) as Tables
    if (meta.get(FORMAT_KEY) === undefined) meta.putSync(FORMAT_KEY, Buffer.from(String(FORMAT)))
    this.renewSnapshot()
  }

  get snapshot (): Transaction | undefined {
    return this.#snapshot
  }

  /** Makes the last commit visible to readers; call it in the same turn as whatever else makes a commit visible. */
  renewSnapshot (): void {
    this.#snapshot?.done()
    // lmdb shares one read transaction within a turn of the event loop, which may be older than the commit.
    this.#root.resetReadTxn()
    this.#snapshot = this.#root.useReadTransaction()
  }

  /** Runs `work` in a transaction of its own; the promise resolves when it is on the disk. A throw leaves no trace. */
  commit<T> (work: () => T): Promise<T> {
    return this.#root.childTransaction(work)
  }

  /** Whether LMDB goes on: after a failure to write its meta page it gives up the environment. */
  isHealthy (): boolean {
    try {
      this.#root.transactionSync(() => {})
      return true
    } catch {
      return false
    }
  }

  async close (): Promise<void> {
    this.#snapshot?.done()
    this.#snapshot = undefined
    await this.#root.close()
  }

  #openTable (name: string): Table {
    return this.#root.openDB<Buffer, Buffer>(name, RAW)
  }
}

function checkFormat (meta: Table, directory: string): void {
  const format = Number(meta.get(FORMAT_KEY)?.toString() ?? FORMAT)
  if (format > FORMAT) {
    throw new Error(`The data in ${directory} has format ${format}, written by a newer version of Quire; this version reads formats up to ${FORMAT}. Start the newer version.`)
  }
}
