import { createClock, tickOf, timestampValue, type Clock, type Tick } from '../update/clock.js'
import type { Log } from '../log.js'
import { decodeEntry } from './catalog-row.js'
import { Catalog, type Collection } from './catalog.js'
import { LAST_TIMESTAMP_KEY } from './changes.js'
import { check, openCheck, type CheckedCollection, type Finding } from './check.js'
import { Claims } from './claims.js'
import type { Data } from './data.js'
import { openEnvironment, type Environment } from './environment.js'
import { GroupCommit } from './group-commit.js'
import { Group } from './group.js'
import { HistorySize, RETENTION, type Retention } from './history.js'
import { dropUnfinished } from './index-build.js'
import { Maintenance } from './maintenance.js'
import { MappedPages } from './mapped-pages.js'
import type { Namespace } from './namespace.js'
import { Reader } from './reader.js'
import { outOfDiskSpace, readOnly, storageFailure } from './storage-failure.js'
import { Transaction } from './transaction.js'
import { Turns } from './turns.js'
import type { Tx } from './tx.js'
import { verificationOf, verifyPages, type Verification } from './verification.js'
import { Watchers } from './watchers.js'

export type { KeyRange } from './reader.js'
export type { Data, Reader, Transaction, Tx }

export interface StoreOptions {
  /** The system's time in milliseconds. */
  readonly now?: () => number
  readonly log?: Log
  /** How often expired documents and sessions are looked for, in milliseconds. */
  readonly sweepInterval?: number
  /** For how long the data are verified before they are used, in milliseconds; the rest is while they are. */
  readonly verifyFirst?: number
  /** Called when the store cannot go on: the disk has failed, or the data turn out to be damaged. */
  readonly onFailure?: (error: Error) => void
  readonly retention?: Retention
}

const SWEEP_INTERVAL_MS = 60_000
const VERIFY_FIRST_MS = 500
/** What part of the history may be recorded before it is looked whether it has become too much. */
const TRIM_FRACTION = 1 / 8

/** The documents, indexes and sessions of one data directory. */
export class Store implements Data {
  /** The state after the last commit: it has every write whose promise has resolved. */
  readonly read: Reader
  /** Who builds indexes, by namespace. */
  readonly indexBuilds = new Turns()
  readonly maintenance: Maintenance
  /** To be used inside of works alone, whose commit also stores how far it has gone. */
  readonly timestamps: Clock
  /** Who waits for changes of the history that `read` reads. */
  readonly watchers = new Watchers()
  readonly #environment: Environment
  readonly #commits: GroupCommit<Group>
  readonly #claims = new Claims()
  readonly #now: () => number
  readonly #log: Log
  readonly #onFailure: (error: Error) => void
  readonly #closing = new AbortController()
  readonly #mappedPages: MappedPages
  #verified = Promise.resolve()
  readonly #retention: Retention
  readonly #history: HistorySize
  #catalog: Catalog
  #operationTime: Tick
  /** How much of the history there was when it was looked at last. */
  #trimmedAt: number

  constructor (environment: Environment, { now = Date.now, log = () => {}, sweepInterval = SWEEP_INTERVAL_MS, onFailure = () => {}, retention = RETENTION }: StoreOptions) {
    this.#environment = environment
    this.#now = now
    this.#log = log
    this.#onFailure = onFailure
    this.#catalog = loadCatalog(environment)
    this.read = new Reader(environment.tables, () => environment.snapshot)
    this.#operationTime = loadTimestamp(environment)
    this.timestamps = createClock(now, this.#operationTime)
    this.#retention = retention
    this.#history = new HistorySize([...environment.tables.history.getRange({ reverse: true, limit: 1 })][0])
    this.#trimmedAt = this.#history.recorded
    this.#commits = new GroupCommit({
      transaction: (run) => this.#transaction(run),
      explain: (error) => this.#explain(error)
    })
    this.maintenance = new Maintenance(this, { now, log, interval: sweepInterval })
    this.#mappedPages = new MappedPages(() => this.remap())
  }

  /** The collections that `read` reads. */
  get catalog (): Catalog {
    return this.#catalog
  }

  /** The time of the last commit: everything up to it is on the disk and has been read by `read`, and everything else is later. */
  get operationTime (): Tick {
    return this.#operationTime
  }

  /**
   * Runs `work`, which must not wait for anything, in a transaction that it may share with other works. If it throws,
   * its own changes are taken back. Resolves or rejects when the transaction is on the disk.
   * @throws {EngineError} OutOfDiskSpace, or NotWritablePrimary once the disk has failed
   */
  write<T> (work: (tx: Tx) => T): Promise<T> {
    return this.#commits.submit((group) => group.run(work))
  }

  /** Opens a transaction on the last commit. Until it ends the file grows with every write: it should end soon. */
  begin (): Transaction {
    const { tables } = this.#environment
    return new Transaction({
      snapshot: this.#environment.pin(),
      catalog: this.#catalog,
      tables,
      current: (table, key) => tables[table].get(key, { transaction: this.#environment.snapshot }),
      claims: this.#claims,
      timestamps: this.timestamps,
      now: this.#now,
      write: (work) => this.write(work)
    })
  }

  /**
   * Does a task while nobody changes documents of a collection: writes wait, transactions fail with WriteConflict. All that was
   * written before can be read. Tasks with the same collection run one after the other.
   */
  async exclusively<T> (collection: Collection, task: () => Promise<T>): Promise<T> {
    return await this.#claims.during(collection.id, async () => {
      // Whoever was not refused is in this commit or in one before.
      await this.write(() => {})
      return await task()
    })
  }

  /** What in the stored data is inconsistent or damaged: nothing, if all is well. */
  check (): Finding[] {
    return check(this.#environment.tables, this.#catalog, this.#environment.snapshot)
  }

  /** Goes on with the verification of the last commit while others read and write. */
  verify (verification: Verification): void {
    const snapshot = this.#environment.pin()
    this.#verified = verification.finish(this.#closing.signal)
      .catch((error) => this.#onFailure(error))
      .finally(() => snapshot.release())
  }

  /**
   * Checks one collection as the last commit has left it, step by step: `visit` is called for each document and for each
   * index entry (`undefined`), and may wait. Until it ends the file grows with every write.
   */
  async validate (collection: Collection, visit: (document: Buffer | undefined) => Promise<void> | undefined): Promise<CheckedCollection> {
    const snapshot = this.#environment.pin()
    try {
      const check = openCheck(this.#environment.tables, collection, snapshot.transaction)
      for (const document of check.steps()) {
        const waited = visit(document)
        if (waited !== undefined) await waited
      }
      return check
    } finally {
      snapshot.release()
    }
  }

  /** Writes a copy of the last commit to a directory, which must be there and empty; the file is not flushed. */
  async backup (directory: string): Promise<void> {
    await this.#environment.backup(directory)
  }

  /** Gives back the memory that the pages of the data file take; resolves with whether it was possible. */
  async remap (): Promise<boolean> {
    let isDone = false
    await this.#commits.pause(async () => {
      try {
        isDone = await this.#environment.remap()
      } catch (error) {
        this.#commits.refuse(readOnly(new Error('they cannot be opened again')))
        this.#onFailure(error as Error)
      }
    })
    return isDone
  }

  /** Removes some of the changes that are not to be kept any longer; resolves with whether there may be more. */
  async trimHistory (): Promise<boolean> {
    return await this.write((tx) => tx.trimHistory(this.#history, this.#retention))
  }

  /** Waits for what has been asked for so far; nothing else is accepted. */
  async close (): Promise<void> {
    this.#closing.abort()
    await this.maintenance.stop()
    await this.#mappedPages.stop()
    await this.#verified
    await this.#commits.close(new Error('the store is closed'))
    await this.#environment.close()
  }

  async #transaction (run: (group: Group) => void): Promise<void> {
    const recording = { clock: this.timestamps, now: this.#now, size: this.#history, changed: new Set<Namespace>(), hasDroppedDatabase: false }
    const group = new Group(this.#environment.tables, this.#catalog, { now: this.#now, claim: (table, key) => this.#claims.check(table, key), recording })
    await this.#environment.commit(() => {
      run(group)
      group.finish()
      this.#saveTimestamp()
    })
    // All in one turn: whoever reads has the rows, the catalog and the time of one and the same commit.
    this.#environment.renewSnapshot()
    this.#catalog = group.catalog
    this.#operationTime = this.timestamps.last
    if (recording.hasDroppedDatabase) this.watchers.wakeAll()
    else this.watchers.wake(recording.changed)
    if (group.hasGarbage) this.maintenance.collectGarbage()
    if (this.#history.recorded - this.#trimmedAt > this.#retention.bytes * TRIM_FRACTION) this.#trim()
  }

  async #explain (error: unknown): Promise<Error> {
    const { kind, cause } = await storageFailure(error, this.#environment.directory)
    this.#log({ level: 'error', msg: 'a commit has failed', kind, error: cause.message })
    if (kind === 'fault') return cause
    if (kind === 'full' && this.#environment.isHealthy()) return outOfDiskSpace(cause)
    const failure = readOnly(cause)
    this.#commits.refuse(failure)
    this.#onFailure(failure)
    return failure
  }

  #trim (): void {
    this.#trimmedAt = this.#history.recorded
    this.maintenance.trimHistory()
  }

  #saveTimestamp (): void {
    const { meta } = this.#environment.tables
    const { bytes } = timestampValue(this.timestamps.last)
    if (!meta.get(LAST_TIMESTAMP_KEY)?.equals(bytes)) meta.putSync(LAST_TIMESTAMP_KEY, bytes)
  }
}

/**
 * Opens the store of a directory, which no other process may have open, and drops what a crash has left unfinished.
 * @throws {Error} when the data are of a newer version, damaged, or not a store
 */
export async function openStore (directory: string, options: StoreOptions = {}): Promise<Store> {
  const verification = verificationOf(directory)
  verification?.begin(options.verifyFirst ?? VERIFY_FIRST_MS)
  const store = new Store(await openEnvironment(directory), options)
  if (verification?.isDone === false) store.verify(verification.renewed())
  for (const collection of store.catalog.collections()) await dropUnfinished(store, collection)
  // No client is ever told a time of zero, which none may send back.
  if (store.operationTime.t === 0) await store.write(() => store.timestamps.tick())
  store.maintenance.collectGarbage()
  return store
}

/**
 * What in the data of a directory is inconsistent or damaged, without changing any of it.
 * @throws {Error} when they cannot be read
 */
export async function checkDirectory (directory: string): Promise<Finding[]> {
  verifyPages(directory)
  const environment = await openEnvironment(directory, { readOnly: true })
  try {
    return check(environment.tables, loadCatalog(environment), environment.snapshot)
  } finally {
    await environment.close()
  }
}

/** Writes a copy of the data of a directory that no engine uses to another one. */
export async function backupDirectory (directory: string, target: string): Promise<void> {
  const environment = await openEnvironment(directory, { readOnly: true })
  try {
    await environment.backup(target)
  } finally {
    await environment.close()
  }
}

function loadCatalog ({ tables }: Environment): Catalog {
  const rows = [...tables.catalog.getRange()]
  return new Catalog(rows.map(({ key, value }) => decodeEntry(key.readUInt32BE(), value)))
}

function loadTimestamp ({ tables }: Environment): Tick {
  const bytes = tables.meta.get(LAST_TIMESTAMP_KEY)
  return bytes === undefined ? { t: 0, i: 0 } : tickOf({ bytes, start: 0 })
}
