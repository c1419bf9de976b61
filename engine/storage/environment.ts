import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { open, type RootDatabase, type Transaction } from 'lmdb'
import { DamagedFile, DATA_FILE, readMeta } from './data-file.js'
import { beginFirstStart, checkNew, endFirstStart } from './first-start.js'
import { checkFormat } from './format.js'
import { rawValues } from './raw-values.js'
import { SealedTable, type StoredTable } from './sealed-table.js'
import { tableNames, type TableName } from './table.js'

export type StoredTables = Readonly<Record<TableName, SealedTable>>

const RAW_TABLE = { keyEncoding: 'binary', encoder: rawValues } as const

/** A state of the data that stays as it is while somebody uses it; the pages that others replace cannot be used again until then. */
export class Snapshot {
  readonly transaction: Transaction
  readonly #inUse: Set<Snapshot>
  #users = 1

  /** @param inUse has it until nobody uses it any more */
  constructor (transaction: Transaction, inUse: Set<Snapshot>) {
    this.transaction = transaction
    this.#inUse = inUse
    inUse.add(this)
  }

  use (): void {
    this.#users++
  }

  get isShared (): boolean {
    return this.#users > 1
  }

  release (): void {
    if (--this.#users > 0) return
    this.transaction.done()
    this.#inUse.delete(this)
  }
}

/**
 * The LMDB environment of a data directory. What has been committed last is read through one snapshot, which is
 * replaced by hand after each commit: what is in memory (the catalog) and what is read always belong together.
 */
export class Environment {
  readonly directory: string
  readonly tables: StoredTables
  #root: RootDatabase<Buffer, Buffer>
  /** Which file it is that has been opened. */
  readonly #file: string | undefined
  readonly #backups = new Set<Promise<void>>()
  readonly #snapshots = new Set<Snapshot>()
  #snapshot: Snapshot | undefined

  constructor (directory: string, root: RootDatabase<Buffer, Buffer>, tables: StoredTables) {
    this.directory = directory
    this.#root = root
    this.tables = tables
    this.#file = fileIn(directory)
    this.renewSnapshot()
  }

  get snapshot (): Transaction | undefined {
    return this.#snapshot?.transaction
  }

  /** The snapshot for whoever goes on reading it after the next commit, until it is released. */
  pin (): Snapshot {
    const snapshot = this.#snapshot!
    snapshot.use()
    return snapshot
  }

  /** Makes the last commit visible to readers; call it in the same turn as whatever else makes a commit visible. */
  renewSnapshot (): void {
    this.#snapshot?.release()
    // lmdb shares one read transaction within a turn of the event loop, which may be older than the commit.
    this.#root.resetReadTxn()
    this.#snapshot = new Snapshot(this.#root.useReadTransaction(), this.#snapshots)
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

  /**
   * Writes the last commit to `data.mdb` in a directory that has none, while others read and write. The file is not flushed.
   * Never LMDB's compacting copy: it can be corrupt (lmdb-js#198).
   */
  async backup (directory: string): Promise<void> {
    const copied = this.#root.backup(directory, false)
    this.#backups.add(copied)
    try {
      await copied
    } finally {
      this.#backups.delete(copied)
    }
  }

  /**
   * Gives back the pages of the file that are mapped into memory, unless they are needed for a snapshot or a copy. lmdb only does so
   * by opening the file anew. Nothing may be committed meanwhile; resolves with whether it was done.
   * @throws {DamagedFile} without having closed it; a file that cannot be opened again can also end the process, in lmdb
   */
  async remap (): Promise<boolean> {
    // When all commits have ended, closing takes no other turn of the event loop (lmdb's _endWrites, for which its version is
    // pinned): in a turn of its own nobody reads meanwhile.
    await setImmediate()
    const isNeeded = this.#snapshots.size > 1 || this.#snapshot?.isShared || this.#backups.size > 0
    if (isNeeded || !this.#canBeOpened()) return false
    this.#snapshot?.release()
    this.#snapshot = undefined
    await this.#root.close()
    this.#root = openRoot(this.directory)
    for (const name of tableNames) this.tables[name].reopen(openTable(this.#root, name))
    this.renewSnapshot()
    return true
  }

  /** Whether the file is still the one that is open, and nothing prevents to open it. @throws {DamagedFile} */
  #canBeOpened (): boolean {
    const path = join(this.directory, DATA_FILE)
    try {
      if (fileIn(this.directory) !== this.#file) return false
      if (readMeta(path) === undefined) throw new DamagedFile(path, 'it is empty')
      return true
    } catch (error) {
      if (error instanceof DamagedFile) throw error
      return false // too many open files, say
    }
  }

  async close (): Promise<void> {
    // A copy reads the file's pages on a thread of its own, and would read on in memory that is no longer mapped.
    await Promise.allSettled(this.#backups)
    this.#snapshot?.release()
    this.#snapshot = undefined
    await this.#root.close()
  }
}

/**
 * Opens the files of a directory; only to be read, they must be there and stay as they are.
 * @throws {Error} when the files are of another version, or damaged
 */
export async function openEnvironment (directory: string, { readOnly = false } = {}): Promise<Environment> {
  if (readMeta(join(directory, DATA_FILE)) === undefined) {
    checkNew(directory)
    if (readOnly) throw new Error(`There are no data in ${directory}.`)
    beginFirstStart(directory)
  }
  const root = openRoot(directory, readOnly)
  try {
    const meta = openTable(root, 'meta')
    await checkFormat(directory, meta, (name) => openTable(root, name), readOnly)
    if (!readOnly) endFirstStart(directory)
    const tables = Object.fromEntries(tableNames.map((name) => [name, new SealedTable(name === 'meta' ? meta : openTable(root, name))])) as StoredTables
    return new Environment(directory, root, tables)
  } catch (error) {
    await root.close()
    throw error
  }
}

/** Names the data file itself; another may have been put in its place under the same path. */
function fileIn (directory: string): string | undefined {
  const stat = statSync(join(directory, DATA_FILE), { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}

function openRoot (directory: string, readOnly = false): RootDatabase<Buffer, Buffer> {
  // Without overlapping syncs a commit has been flushed to the disk when its promise resolves.
  const root = open<Buffer, Buffer>({ path: directory, noSubdir: false, overlappingSync: false, eventTurnBatching: false, readOnly, keyEncoding: 'binary', encoding: 'binary' })
  if (!readOnly) for (const name of [DATA_FILE, 'lock.mdb']) chmodSync(join(directory, name), 0o600)
  return root
}

function openTable (root: RootDatabase<Buffer, Buffer>, name: string): StoredTable {
  return root.openDB<Buffer, Buffer>(name, RAW_TABLE)
}
