import { MongoServerError } from 'mongodb'

/** What became of a write, as its client sees it: an answer, an answer that nothing was done, or none. */
export type Result = 'ok' | 'fail' | 'unknown'

/** A write that leaves a trace of its own: its token. */
export interface Operation {
  readonly token: string
  readonly kind: 'insert' | 'append' | 'remove' | 'transfer'
  /** The document that it is about. */
  readonly target: string
  result: Result
}

/** Errors that say that nothing was written: no space, a duplicate, a conflict. */
const REFUSALS = new Set<unknown>([14031, 11000, 112])

/** All that was asked for, and what was answered when. */
export class History {
  readonly operations: Operation[] = []
  /** When the last answers of success came, by the clock of `performance`. */
  readonly #acknowledgements: number[] = []
  readonly #errors = new Map<string, number>()

  /** Does a write, and notes what became of it; resolves with that. */
  async record (operation: Omit<Operation, 'result'>, write: () => Promise<unknown>): Promise<Result> {
    const entry: Operation = { ...operation, result: 'unknown' }
    this.operations.push(entry)
    try {
      await write()
      entry.result = 'ok'
      this.#acknowledgements.push(performance.now())
    } catch (error) {
      if (error instanceof MongoServerError && REFUSALS.has(error.code)) entry.result = 'fail'
      const name = error instanceof MongoServerError ? `${error.codeName}` : (error as Error).name
      this.#errors.set(name, (this.#errors.get(name) ?? 0) + 1)
    }
    return entry.result
  }

  get acknowledged (): number {
    return this.#acknowledgements.length
  }

  /** How often which error was met. */
  get errors (): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errors)
  }

  /** How long it took from a moment to the next write that was acknowledged. */
  outageSince (moment: number): number | undefined {
    const next = this.#acknowledgements.find((time) => time > moment)
    return next === undefined ? undefined : next - moment
  }
}
