import { randomBytes } from 'node:crypto'
import { EngineError } from '../errors.js'
import type { Transaction } from '../storage/store.js'

/** A cursor that nobody asks for is forgotten after this long, as in MongoDB (`cursorTimeoutMillis`). */
const IDLE_MS = 10 * 60_000
const SWEEP_MS = 30_000
const MAX_OPEN = 10_000

/** How much a batch may hold: it ends before either is exceeded, though never without a document. */
export interface BatchLimits { readonly documents: number, readonly bytes: number }

export interface Batch { readonly documents: readonly Buffer[], readonly isLast: boolean }

/** What a cursor still has to give. Between batches it keeps a position, never a read transaction, which would pin the store's pages. */
export interface CursorSource {
  next (limits: BatchLimits, checkInterrupt: () => void): Batch | Promise<Batch>
}

/** Whose cursor it is: it ends with its session, and can only be used in its transaction. */
export interface CursorOwner {
  readonly lsid?: Buffer
  readonly transaction?: Transaction
}

interface Cursor {
  readonly namespace: string
  readonly session: string | undefined
  /** The transaction whose state it reads. */
  readonly transaction: Transaction | undefined
  readonly source: CursorSource
  usedAt: number
  isInUse: boolean
}

/**
 * The open cursors of a server. A cursor belongs to a collection and perhaps to a session, but to no connection: the
 * driver asks for each batch on whatever connection is free.
 */
export class Cursors {
  readonly #cursors = new Map<bigint, Cursor>()
  readonly #now: () => number
  readonly #sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()

  /** `now` in milliseconds, of a clock that is never set back. */
  constructor (now = () => performance.now()) {
    this.#now = now
  }

  get open (): number {
    return this.#cursors.size
  }

  /** Keeps what a first batch has left and returns the id under which it can be had. */
  add (namespace: string, source: CursorSource, { lsid, transaction }: CursorOwner = {}): bigint {
    if (this.#cursors.size >= MAX_OPEN) throw new EngineError('OperationFailed', `more than ${MAX_OPEN} cursors are open`)
    const id = this.#unusedId()
    const session = lsid?.toString('hex')
    this.#cursors.set(id, { namespace, session, transaction, source, usedAt: this.#now(), isInUse: false })
    return id
  }

  /**
   * The next batch of a cursor, which is gone after its last batch and after any error.
   * @throws {EngineError} CursorNotFound, CursorInUse, Unauthorized for another collection's cursor, or what the source throws
   */
  async next (id: bigint, namespace: string, limits: BatchLimits, checkInterrupt: () => void, transaction?: Transaction): Promise<Batch> {
    const cursor = this.#find(id, namespace)
    checkTransaction(id, cursor.transaction, transaction)
    cursor.isInUse = true
    try {
      const batch = await cursor.source.next(limits, checkInterrupt)
      if (batch.isLast) this.#cursors.delete(id)
      return batch
    } catch (error) {
      this.#cursors.delete(id)
      throw error
    } finally {
      cursor.isInUse = false
      cursor.usedAt = this.#now()
    }
  }

  /** Forgets a cursor; `false` when the collection has none of that id. */
  kill (id: bigint, namespace: string): boolean {
    return this.#cursors.get(id)?.namespace === namespace && this.#cursors.delete(id)
  }

  /** Forgets every cursor that belongs to a session. */
  killSessions (): void {
    for (const [id, { session }] of this.#cursors) {
      if (session !== undefined) this.#cursors.delete(id)
    }
  }

  killSession (lsid: Buffer): void {
    const session = lsid.toString('hex')
    for (const [id, cursor] of this.#cursors) {
      if (cursor.session === session) this.#cursors.delete(id)
    }
  }

  /** Forgets the cursors that have been idle for too long. */
  sweep (): void {
    const oldest = this.#now() - IDLE_MS
    for (const [id, cursor] of this.#cursors) {
      if (!cursor.isInUse && cursor.usedAt < oldest) this.#cursors.delete(id)
    }
  }

  close (): void {
    clearInterval(this.#sweeper)
    this.#cursors.clear()
  }

  #find (id: bigint, namespace: string): Cursor {
    const cursor = this.#cursors.get(id)
    if (cursor === undefined) throw new EngineError('CursorNotFound', `cursor id ${id} not found`)
    if (cursor.namespace !== namespace) {
      throw new EngineError('Unauthorized', `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`)
    }
    if (cursor.isInUse) throw new EngineError('CursorInUse', `cursor id ${id} is already in use`)
    return cursor
  }

  /** Not to be guessed, positive, and never 0, which means that there is no cursor. */
  #unusedId (): bigint {
    const id = randomBytes(8).readBigInt64BE() & 0x7fff_ffff_ffff_ffffn
    return id === 0n || this.#cursors.has(id) ? this.#unusedId() : id
  }
}

function checkTransaction (id: bigint, own: Transaction | undefined, other: Transaction | undefined): void {
  if (own === other) return
  if (own === undefined) throw new EngineError(50739, `Cannot run getMore on cursor ${id}, which was not created in a transaction, in a transaction`)
  if (other === undefined) throw new EngineError(50740, `Cannot run getMore on cursor ${id}, which was created in a transaction, without a txnNumber`)
  throw new EngineError(50741, `Cannot run getMore on cursor ${id}, which was created in another transaction`)
}
