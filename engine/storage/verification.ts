import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DATA_FILE, readMeta, type Meta } from './data-file.js'
import { FORMAT, RowChecksums } from './format.js'
import { PageWalk } from './page-walk.js'

/** In the background: how long it works, and then lets others, in milliseconds. */
const SLICE_MS = 4
const PAUSE_MS = 12

/** Reads all that a commit consists of, before it is used or meanwhile. */
export class Verification {
  readonly #path: string
  readonly #meta: Meta
  readonly #rows = new RowChecksums()
  readonly #walk: PageWalk
  readonly #steps: Generator<void, void>
  #isDone = false

  constructor (path: string, meta: Meta) {
    this.#path = path
    this.#meta = meta
    this.#walk = new PageWalk(path, meta, this.#rows)
    this.#steps = this.#walk.run()
  }

  /** Whether everything has been read, and is as it was written. */
  get isDone (): boolean {
    return this.#isDone
  }

  /**
   * Reads for some time, in milliseconds, or everything where that must not be put off: over what a file has lost at its
   * end LMDB dies, and data of an older format are about to be changed as a whole.
   * @throws {DamagedFile}
   */
  begin (limit: number): void {
    while (!this.#isDone && this.#rows.format === 0) this.#step()
    this.#advance(limit)
    if (this.#walk.isCutOff || this.#rows.format !== FORMAT) this.#advance(Infinity)
  }

  /**
   * Reads the rest while others work; the commit must be pinned as long.
   * @throws {DamagedFile}
   */
  async finish (signal: AbortSignal): Promise<void> {
    while (!this.#isDone && !signal.aborted) {
      this.#advance(SLICE_MS)
      await delay(PAUSE_MS, undefined, { signal }).catch(() => {}) // stopping cuts the pause short
    }
    this.#steps.return()
  }

  /** One of the last commit: itself, unless there has been another since. */
  renewed (): Verification {
    const meta = readMeta(this.#path)!
    if (meta.transaction === this.#meta.transaction) return this
    this.#steps.return()
    return new Verification(this.#path, meta)
  }

  #advance (limit: number): void {
    const until = performance.now() + limit
    while (!this.#isDone && performance.now() < until) this.#step()
  }

  #step (): void {
    this.#isDone = this.#steps.next().done === true
  }
}

/** A verification of the last commit in a directory, if there has been any. */
export function verificationOf (directory: string): Verification | undefined {
  const path = join(directory, DATA_FILE)
  const meta = readMeta(path)
  return meta && new Verification(path, meta)
}

/**
 * Reads the pages of the last commit in a directory, but of their rows only those of the table `meta`.
 * @throws {DamagedFile}
 */
export function verifyPages (directory: string): void {
  const path = join(directory, DATA_FILE)
  const meta = readMeta(path)
  if (meta === undefined) return
  const checks = new RowChecksums()
  const steps = new PageWalk(path, meta, {
    tables: (names) => checks.tables(names),
    row: (table, key, value) => table === 'meta' ? checks.row(table, key, value) : undefined
  }).run()
  while (steps.next().done !== true);
}
