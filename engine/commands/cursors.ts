import { randomBytes } from 'node:crypto'
import type { Value } from '../bson/value.js'
import { EngineError, outOfTime } from '../errors.js'
import type { Transaction } from '../storage/store.js'

/** A cursor that nobody asks for is forgotten after this long, as in MongoDB (`cursorTimeoutMillis`). */
const IDLE_MS = 10 * 60_000
const SWEEP_MS = 30_000
const MAX_OPEN = 10_000

/** How much a batch may hold: it ends before either is exceeded, though never without a document. */
export interface BatchLimits { readonly documents: number, readonly bytes: number }

export interface Batch {
  readonly documents: readonly Buffer[]
  readonly isLast: boolean
  /** With this the client of a change stream can go on behind the batch. */
  readonly resumeToken?: Value
}

/** For how long a batch may be waited for, if there is nothing yet. */
export interface Patience {
  readonly milliseconds: number
  /** One of them aborts when nobody waits any longer; `checkInterrupt` throws the reason. */
  readonly interruptions: () => readonly AbortSignal[]
  /** Like the one of the command, but without its time limit, which is how long it waits. */
  readonly checkInterrupt: () => void
  /** To be called before each wait; returns what is to be called behind it. */
  readonly beginWait: () => () => void
}

/** For a batch that is not waited for. */
export const AT_ONCE: Patience = { milliseconds: 0, interruptions: () => [], checkInterrupt: () => {}, beginWait: () => () => {} }

/** What a cursor still has to give. Between batches it keeps a position, never a read transaction, which would pin the store's pages. */
export interface CursorSource {
  next (limits: BatchLimits, checkInterrupt: () => void, patience: Patience): Batch | Promise<Batch>
  /** Whether it waits where there is nothing yet: only then a batch may be given a time. */
  readonly awaitsData?: boolean
  /** Ends a batch that is waited for. */
  interrupt? (reason: EngineError): void
  /** Given if what fails on it is to be told apart by labels: adds them. */
  label? (error: unknown): void
}

/** Whose cursor it is: it ends with its session, can only be used in its transaction, and has the time of its command. */
export interface CursorOwner {
  readonly lsid?: Buffer
  /** What is left of the `maxTimeMS` of the command that opens it, in milliseconds: Infinity if it has none. */
  readonly timeLeft?: number
  readonly transaction?: Transaction
}

/** Who asks for a batch. */
export interface Asking {
  readonly checkInterrupt: () => void
  readonly patience: Patience
  /** Whether the patience is the client's own. */
  readonly isTimed: boolean
  readonly transaction?: Transaction
}

interface Cursor {
  readonly namespace: string
  readonly session: string | undefined
  /** The transaction whose state it reads. */
  readonly transaction: Transaction | undefined
  readonly source: CursorSource
  /** For how long it may still be read, in milliseconds; that it is idle does not count ("maxTimeMS" of the manual). */
  timeLeft: number
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
  readonly #onCheckout: () => void
  readonly #sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()

  /**
   * @param now in milliseconds, of a clock that is never set back
   * @param onCheckout called before a cursor is asked for a batch; may throw
   */
  constructor (now = () => performance.now(), onCheckout = () => {}) {
    this.#now = now
    this.#onCheckout = onCheckout
  }

  get open (): number {
    return this.#cursors.size
  }

  /** Keeps what a first batch has left and returns the id under which it can be had. */
  add (namespace: string, source: CursorSource, { lsid, transaction, timeLeft = Infinity }: CursorOwner = {}): bigint {
    if (this.#cursors.size >= MAX_OPEN) throw new EngineError('OperationFailed', `more than ${MAX_OPEN} cursors are open`)
    const id = this.#unusedId()
    const session = lsid?.toString('hex')
    // One that waits is told anew with each getMore for how long.
    const time = source.awaitsData === true ? Infinity : timeLeft
    this.#cursors.set(id, { namespace, session, transaction, source, timeLeft: time, usedAt: this.#now(), isInUse: false })
    return id
  }

  /**
   * The next batch of a cursor, which is gone after its last batch and after any error.
   * @throws {EngineError} CursorNotFound, CursorInUse, Unauthorized for another collection's cursor, MaxTimeMSExpired, or what the source throws
   */
  async next (id: bigint, namespace: string, limits: BatchLimits, { checkInterrupt, patience, isTimed, transaction }: Asking): Promise<Batch> {
    const cursor = this.#find(id, namespace)
    if (isTimed && cursor.source.awaitsData !== true) throw new EngineError('BadValue', 'cannot set maxTimeMS on getMore command for a non-awaitData cursor')
    checkTransaction(id, cursor.transaction, transaction)
    cursor.isInUse = true
    const endsAt = this.#now() + cursor.timeLeft
    const checkTime = (): void => {
      if (this.#now() >= endsAt) throw outOfTime()
    }
    try {
      this.#onCheckout()
      checkTime()
      const batch = await cursor.source.next(limits, () => { checkInterrupt(); checkTime() }, patience)
      if (batch.isLast) this.#cursors.delete(id)
      return batch
    } catch (error) {
      this.#cursors.delete(id)
      cursor.source.label?.(error)
      throw error
    } finally {
      cursor.isInUse = false
      cursor.usedAt = this.#now()
      cursor.timeLeft = endsAt - cursor.usedAt
    }
  }

  /** Forgets a cursor; `false` when the collection has none of that id. */
  kill (id: bigint, namespace: string): boolean {
    const cursor = this.#cursors.get(id)
    if (cursor?.namespace !== namespace) return false
    this.#forget(id, cursor)
    return true
  }

  /** Forgets every cursor that belongs to a session. */
  killSessions (): void {
    for (const [id, cursor] of this.#cursors) {
      if (cursor.session !== undefined) this.#forget(id, cursor)
    }
  }

  killSession (lsid: Buffer): void {
    const session = lsid.toString('hex')
    for (const [id, cursor] of this.#cursors) {
      if (cursor.session === session) this.#forget(id, cursor)
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
    for (const { source } of this.#cursors.values()) source.interrupt?.(new EngineError('InterruptedAtShutdown', 'interrupted at shutdown'))
    this.#cursors.clear()
  }

  #forget (id: bigint, { source }: Cursor): void {
    this.#cursors.delete(id)
    source.interrupt?.(new EngineError('CursorKilled', `cursor id ${id} was killed`))
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
