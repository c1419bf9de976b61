import { EngineError } from '../errors.js'
import { describe } from '../bson/describe.js'
import { documentValue, findField, type Value } from '../bson/value.js'
import type { Namespace } from '../storage/namespace.js'
import { MAX_WRITE_BATCH } from '../wire/limits.js'
import type { Reply } from '../wire/reply.js'
import type { Outcome } from '../write/outcome.js'
import { Statements, type Statement } from '../write/statements.js'
import type { OnInvalid } from '../write/validation.js'
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
export function readStatements (args: Arguments, name: string, fields: Fields, check: (statement: Arguments) => void): Arguments[] {
  const statements = readBatch(args, name).map((statement) => readFields(`${args.path}.${name}`, fields, statement))
  for (const statement of statements) check(statement)
  return statements
}

/**
 * Runs the statements of a write command. One that fails becomes an entry of `writeErrors`, which a reply only has when
 * there is one.
 */
export async function runStatements (context: CommandContext, namespace: Namespace, statements: readonly Arguments[], parse: (write: WriteContext, statement: Arguments) => Statement): Promise<Outcomes> {
  context.counts.statements += statements.length
  const write = writeContext(context)
  const run = new Statements(write, {
    namespace,
    count: statements.length,
    isOrdered: isOrdered(context),
    parse: (at) => parse(write, statements[at])
  })
  await run.run()
  return { done: run.done, writeErrors: writeErrors(run.failures) }
}

/** What the statements of a command have done, and those that failed, by their place among them. */
export interface Outcomes {
  readonly done: ReadonlyMap<number, Outcome>
  readonly writeErrors: readonly Reply[] | undefined
}

export function writeErrors (failures: ReadonlyMap<number, EngineError>): readonly Reply[] | undefined {
  return failures.size === 0 ? undefined : [...failures].map(([index, error]) => writeError(index, error))
}

/** Whether the first error ends the command; it always ends a transaction. */
export function isOrdered ({ args, transaction }: CommandContext): boolean {
  return args.bool('ordered', true) || transaction !== undefined
}

export function writeContext (context: CommandContext): WriteContext {
  const { data, args, now, retry } = context
  return {
    data,
    checkInterrupt: () => context.checkInterrupt(),
    now,
    retry,
    onInvalid: readOnInvalid(context),
    keepsEmptyTimestamps: args.bool('bypassEmptyTsReplacement')
  }
}

/** What becomes of invalid documents where the validator of their collection only warns; nothing is validated if the client says so. */
export function readOnInvalid ({ args, services: { log } }: CommandContext): OnInvalid | undefined {
  if (args.bool('bypassDocumentValidation')) return undefined
  return (namespace, errInfo) => {
    const id = findField(documentValue(errInfo), 'failingDocumentId')
    log({ level: 'warn', msg: 'a document that failed validation was stored', namespace: String(namespace), id: id && describe(id) })
  }
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
