import { codes, EngineError } from '../errors.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { Ledger } from './ledger.js'
import type { Outcome } from './outcome.js'
import { runSearching, tryAtOnce, type SingleWrite } from './single-write.js'
import { perform, stepsOfOneWork, type WriteContext } from './write-context.js'

/** A statement about many documents, which runs in works of its own. */
export interface ManyWrites { run (): Promise<Outcome> }

export type Statement = SingleWrite | ManyWrites

export interface StatementsOptions {
  readonly namespace: Namespace
  readonly count: number
  readonly isOrdered: boolean
  /** Parses the statement of that place, when it is its turn. @throws {EngineError} */
  readonly parse: (at: number) => Statement
}

/** Errors not of a statement but of the whole operation. */
const endsOperation = new Set<number>([
  codes.MaxTimeMSExpired, codes.ClientDisconnect, codes.Interrupted, codes.InterruptedAtShutdown, codes.TransactionTooOld, codes.WriteConflict
])

/**
 * Runs the statements of a command one after the other, several to a commit. One that fails ends the command if the
 * order counts; what ends the whole operation is thrown.
 */
export class Statements {
  readonly done = new Map<number, Outcome>()
  readonly failures = new Map<number, EngineError>()
  readonly #write: WriteContext
  readonly #options: StatementsOptions

  constructor (write: WriteContext, options: StatementsOptions) {
    this.#write = write
    this.#options = options
  }

  async run (): Promise<void> {
    for (let at = 0; at < this.#options.count && !this.#isStopped();) {
      this.#write.checkInterrupt()
      at = await this.#runSome(at)
    }
  }

  /** Runs the statement of that place, and as many behind it as one work may; returns the place to go on at. */
  async #runSome (at: number): Promise<number> {
    const statement = this.#try(at, () => this.#options.parse(at))
    if (statement === undefined) return at + 1
    if (!isMany(statement)) {
      const next = await perform(this.#write, (tx) => this.#runInOneWork(tx, at, statement))
      if (next > at) return next
    }
    await this.#runAlone(at, statement)
    return at + 1
  }

  /** @returns the place of the first statement that was not run */
  #runInOneWork (tx: Tx, start: number, first: SingleWrite): number {
    const ledger = new Ledger(tx, this.#write.retry)
    const { count, parse } = this.#options
    let next = start
    stepsOfOneWork(start, count, (at) => {
      const isRun = this.#try(at, () => this.#runAtOnce(tx, ledger, at, at === start ? first : parse(at)))
      if (isRun === false) return false
      next = at + 1
      return !this.#isStopped()
    })
    ledger.save()
    return next
  }

  /** @returns whether it could be done at once */
  #runAtOnce (tx: Tx, ledger: Ledger, at: number, statement: Statement): boolean {
    const outcome = isMany(statement) ? undefined : tryAtOnce(tx, ledger, this.#options.namespace, statement, at)
    if (outcome === undefined) return false
    this.done.set(at, outcome)
    return true
  }

  async #runAlone (at: number, statement: Statement): Promise<void> {
    try {
      this.done.set(at, await (isMany(statement) ? statement.run() : runSearching(this.#write, this.#options.namespace, statement, at)))
    } catch (error) {
      this.#fail(at, error)
    }
  }

  /** `undefined` when it failed. */
  #try<Result> (at: number, work: () => Result): Result | undefined {
    try {
      return work()
    } catch (error) {
      return this.#fail(at, error)
    }
  }

  #fail (at: number, error: unknown): undefined {
    if (!(error instanceof EngineError) || endsOperation.has(error.code)) throw error
    this.failures.set(at, error)
  }

  #isStopped (): boolean {
    return this.#options.isOrdered && this.failures.size > 0
  }
}

function isMany (statement: Statement): statement is ManyWrites {
  return 'run' in statement
}
