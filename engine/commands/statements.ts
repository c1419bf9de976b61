import { codes, EngineError } from '../errors.js'
import type { Value } from '../bson/value.js'
import { MAX_WRITE_BATCH } from '../wire/limits.js'
import type { Reply } from '../wire/reply.js'
import type { Outcome } from '../write/outcome.js'
import type { WriteContext } from '../write/write-context.js'
import { readFields, type Arguments } from './arguments.js'
import type { CommandContext } from './context.js'
import { writeError } from './error-reply.js'
import type { Fields } from './fields.js'

/** The documents that a write command is about. @throws {EngineError} InvalidLength when there are none or too many */
export function readBatch (args: Arguments, name: string): Value[] {
  const batch = args.requiredDocuments(name)
  if (batch.length === 0 || batch.length > MAX_WRITE_BATCH) {
    throw new EngineError('InvalidLength', `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH}. Got ${batch.length} operations.`)
  }
  return batch
}

/** The statements of a write command: what one of them may not have is an error of the command, before anything is done. */
export function readStatements (args: Arguments, name: string, fields: Fields): Arguments[] {
  return readBatch(args, name).map((statement) => readFields(`${args.path}.${name}`, fields, statement))
}

/** What the statements of a command have done, and those that failed, by their place among them. */
export interface Outcomes {
  readonly done: ReadonlyMap<number, Outcome>
  /** `undefined` when all went well: the reply then has no such member. */
  readonly writeErrors: readonly Reply[] | undefined
}

/**
 * Runs statements one after the other. One that fails becomes an entry of `writeErrors` and ends the command if it is
 * ordered; what ends the whole operation is thrown.
 */
export async function runStatements (context: CommandContext, statements: readonly Arguments[], run: (write: WriteContext, statement: Arguments) => Promise<Outcome>): Promise<Outcomes> {
  const done = new Map<number, Outcome>()
  const writeErrors: Reply[] = []
  for (const [index, statement] of statements.entries()) {
    try {
      done.set(index, await run(writeContext(context, index), statement))
    } catch (error) {
      if (!(error instanceof EngineError) || endsOperation.has(error.code)) throw error
      writeErrors.push(writeError(index, error))
      if (context.args.bool('ordered', true)) break
    }
  }
  return { done, writeErrors: writeErrors.length === 0 ? undefined : writeErrors }
}

const endsOperation = new Set<number>([
  codes.MaxTimeMSExpired, codes.ClientDisconnect, codes.Interrupted, codes.InterruptedAtShutdown, codes.TransactionTooOld
])

export function writeContext (context: CommandContext, statement = 0): WriteContext {
  const { store, services, retry } = context
  return { store, checkInterrupt: () => context.checkInterrupt(), now: services.clock(), retry, statement }
}

/** The sum of what was done. */
export function total ({ done }: Outcomes, member: 'n' | 'modified'): number {
  let sum = 0
  for (const outcome of done.values()) sum += outcome[member]
  return sum
}

/** @throws {EngineError} InvalidOptions: what a statement about many has done cannot be kept for a second sending */
export function refuseManyRetryable ({ retry }: WriteContext, option: string): void {
  if (retry !== undefined) throw new EngineError('InvalidOptions', `Cannot use (or request) retryable writes with ${option}`)
}
