import { EngineError } from '../errors.js'
import type { Store, Transaction } from '../storage/store.js'
import type { Reply } from '../wire/reply.js'
import { readNewest, recordCommit, type Numbered } from '../write/ledger.js'

/** How long a transaction may last, as on MongoDB (`transactionLifetimeLimitSeconds`): it keeps the file from using pages again. */
const LIFETIME_MS = 60_000
const SWEEP_MS = 1000
/** Each holds a reader of the store, of which there are 126, and what it has changed. */
const MAX_OPEN = 100

/** A command's place in a transaction, which its session and its number name. */
export interface TransactionRequest extends Numbered {
  readonly starts: boolean
}

/** An open transaction as others see it. */
export interface OpenTransaction extends Numbered {
  /** In milliseconds. */
  readonly openFor: number
}

interface Open extends Numbered {
  readonly transaction: Transaction
  readonly startedAt: number
  /** Given from when the commit begins. */
  committing?: Promise<void>
}

/**
 * The open transactions of a server, one to a session. What has ended is not kept: of a session's newest commit there
 * is a record in the store, and whatever is older or not there has been aborted.
 */
export class Transactions {
  readonly #store: Store
  readonly #now: () => number
  readonly #open = new Map<string, Open>()
  readonly #sweeper = setInterval(() => this.sweep(), SWEEP_MS).unref()

  /** `now` in milliseconds, of a clock that is never set back. */
  constructor (store: Store, now = () => performance.now()) {
    this.#store = store
    this.#now = now
  }

  get open (): number {
    return this.#open.size
  }

  list (): OpenTransaction[] {
    return [...this.#open.values()].map(({ lsid, txnNumber, startedAt }) => ({ lsid, txnNumber, openFor: this.#now() - startedAt }))
  }

  /**
   * Runs a command in its transaction, which is begun if need be, and aborted when anything of the command fails.
   * @throws {EngineError} NoSuchTransaction, TransactionCommitted, TransactionTooOld, or what the command throws
   */
  async run (request: TransactionRequest, command: (transaction: Transaction) => Reply | Promise<Reply>): Promise<Reply> {
    const open = request.starts ? this.#begin(request) : this.#find(request)
    if (open.committing !== undefined) throw this.#missing(request)
    try {
      const reply = await command(open.transaction)
      if (reply.writeErrors !== undefined) this.#abort(open)
      return reply
    } catch (error) {
      this.#abort(open)
      throw error
    }
  }

  /** Once it is committed, it is committed however often it is asked for, also after a restart. */
  async commit (request: Numbered): Promise<void> {
    if (this.#isCommitted(request)) return
    const open = this.#find(request)
    open.committing ??= this.#commit(open)
    await open.committing
  }

  async abort (request: Numbered): Promise<void> {
    const open = this.#find(request)
    await open.committing
    if (open.committing !== undefined) throw committed(request)
    this.#abort(open)
  }

  /** Aborts the transaction that a session has open, if it is older than what the session does now. */
  supersede ({ lsid, txnNumber }: Numbered): void {
    if (this.#open.size === 0) return
    const open = this.#open.get(keyOf(lsid))
    if (open !== undefined && open.txnNumber < txnNumber) this.#abort(open)
  }

  abortSession (lsid: Buffer): void {
    const open = this.#open.get(keyOf(lsid))
    if (open !== undefined) this.#abort(open)
  }

  abortAll (): void {
    for (const open of this.#open.values()) this.#abort(open)
  }

  /** Aborts those that have lasted too long. */
  sweep (): void {
    const latest = this.#now() - LIFETIME_MS
    for (const open of this.#open.values()) {
      if (open.startedAt <= latest) this.#abort(open)
    }
  }

  close (): void {
    clearInterval(this.#sweeper)
    this.abortAll()
  }

  #begin ({ lsid, txnNumber }: TransactionRequest): Open {
    const newest = this.#newest(lsid)
    if (newest !== undefined && newest > txnNumber) throw tooOld(txnNumber, newest)
    if (newest === txnNumber) {
      throw new EngineError(50911, `Cannot start a transaction at given transaction number ${txnNumber} a transaction with the same number has already started`)
    }
    this.supersede({ lsid, txnNumber })
    if (this.#open.size >= MAX_OPEN) throw new EngineError('LockTimeout', `${MAX_OPEN} transactions are open, which is as many as there may be`)
    const open = { lsid, txnNumber, transaction: this.#store.begin(), startedAt: this.#now() }
    this.#open.set(keyOf(lsid), open)
    return open
  }

  #find (request: Numbered): Open {
    const open = this.#open.get(keyOf(request.lsid))
    if (open?.txnNumber !== request.txnNumber) throw this.#missing(request)
    return open
  }

  async #commit (open: Open): Promise<void> {
    try {
      await open.transaction.commit(open, (tx) => recordCommit(tx, open))
    } finally {
      this.#forget(open)
    }
  }

  #abort (open: Open): void {
    if (open.committing !== undefined) return
    open.transaction.abort()
    this.#forget(open)
  }

  /** The session may have begun another one meanwhile. */
  #forget (open: Open): void {
    const key = keyOf(open.lsid)
    if (this.#open.get(key) === open) this.#open.delete(key)
  }

  #missing (request: Numbered): EngineError {
    const newest = this.#newest(request.lsid)
    const { txnNumber } = request
    if (newest !== undefined && newest > txnNumber) return tooOld(txnNumber, newest)
    if (newest === txnNumber) return committed(request)
    return new EngineError('NoSuchTransaction', `Given transaction number ${txnNumber} does not match any in-progress transactions. It has been aborted, or never begun.`)
  }

  #isCommitted ({ lsid, txnNumber }: Numbered): boolean {
    const newest = readNewest(this.#store.read, lsid)
    return newest?.txnNumber === txnNumber && newest.isTransaction
  }

  /** The newest number that the session has used for a transaction or a retryable write. */
  #newest (lsid: Buffer): bigint | undefined {
    return this.#open.get(keyOf(lsid))?.txnNumber ?? readNewest(this.#store.read, lsid)?.txnNumber
  }
}

function keyOf (lsid: Buffer): string {
  return lsid.toString('hex')
}

function tooOld (txnNumber: bigint, newest: bigint): EngineError {
  return new EngineError('TransactionTooOld', `Cannot start or continue transaction ${txnNumber} because a newer one, with txnNumber ${newest}, has already started on this session.`)
}

function committed ({ txnNumber }: Numbered): EngineError {
  return new EngineError('TransactionCommitted', `Transaction ${txnNumber} has been committed.`)
}
