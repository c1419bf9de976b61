import { EngineError } from '../errors.js'
import type { Value } from '../bson/value.js'
import type { Reply } from '../wire/reply.js'
import type { Outcome } from '../write/outcome.js'
import type { WriteContext } from '../write/write-context.js'
import type { Arguments } from './arguments.js'
import type { CommandContext } from './context.js'
import { writeError } from './error-reply.js'

/** As in `hello`: maxWriteBatchSize. */
export const MAX_STATEMENTS = 100_000

/** The statements of a write command. @throws {EngineError} InvalidLength when there are none or too many */
export function readStatements (args: Arguments, name: string): Value[] {
  const statements = args.requiredDocuments(name)
  if (statements.length === 0 || statements.length > MAX_STATEMENTS) {
    throw new EngineError('InvalidLength', `Write batch sizes must be between 1 and ${MAX_STATEMENTS}. Got ${statements.length} operations.`)
  }
  return statements
}

/** What the statements of a command have done, and those that failed, by their place among them. */
export interface Outcomes {
  readonly done: ReadonlyMap<number, Outcome>
  /** `undefined` when all went well: the reply then has no such member. */
  readonly writeErrors: readonly Reply[] | undefined
}

/**
 * Runs statements one after the other. One that fails becomes an entry of `writeErrors` and ends the command if it is
 * ordered; what interrupts the whole operation is thrown.
 */
export async function runStatements (context: CommandContext, statements: readonly Value[], run: (write: WriteContext, statement: Value) => Promise<Outcome>): Promise<Outcomes> {
  const done = new Map<number, Outcome>()
  const writeErrors: Reply[] = []
  for (const [index, statement] of statements.entries()) {
    try {
      done.set(index, await run(writeContext(context, index), statement))
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      writeErrors.push(writeError(index, error))
      if (context.args.bool('ordered', true)) break
    }
  }
  return { done, writeErrors: writeErrors.length === 0 ? undefined : writeErrors }
}

export function writeContext (context: CommandContext, statement = 0): WriteContext {
  const { store, services, retry } = context
  return { store, checkInterrupt: () => context.checkInterrupt(), now: services.clock(), retry, statement }
}

/** The sum of what was done. */
export function total ({ done }: Outcomes, member: 'n' | 'modified'): number {
  return [...done.values()].reduce((sum, outcome) => sum + outcome[member], 0)
}

/** @throws {EngineError} InvalidOptions: what a statement about many has done cannot be kept for a second sending */
export function refuseManyRetryable (isRetryable: boolean): void {
  if (isRetryable) throw new EngineError('InvalidOptions', 'Cannot use (or request) retryable writes with multi-document statements')
}
