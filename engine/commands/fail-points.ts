import { setTimeout as delay } from 'node:timers/promises'
import type { Value } from '../bson/value.js'
import { codes, EngineError, type ErrorCode } from '../errors.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import { isRetryable, RETRYABLE_WRITE } from './error-reply.js'

/** When a fail point fires: of the commands that it is for, `skip` go by, then `times` fail. */
export interface FailMode { skip: number, times: number, readonly probability: number }

/** What happens to a command that meets a fail point. */
export interface Failure {
  concerns (context: CommandContext): boolean
  /** The only client it is for. */
  readonly appName?: string
  /** Milliseconds to wait first. */
  readonly delay: number
  /** Whether the connection is closed in place of the work, or of its reply. */
  readonly closesConnection: 'before' | 'after' | undefined
  readonly errorCode?: number
  /** In place of the labels that the error would have. */
  readonly errorLabels?: readonly string[]
  /** Reported beside the result of a command that has been run. */
  readonly writeConcernError?: { readonly code: number, readonly document: Value }
}

const codeNames = new Map(Object.entries(codes).map(([name, code]) => [code as number, name as ErrorCode]))

/** Failures on demand, by which the tests of a driver find out how it copes with them: mongod's `failCommand` and its kin. */
export class FailPoints {
  readonly #points = new Map<string, { readonly mode: FailMode, readonly failure: Failure }>()

  set (name: string, mode: FailMode, failure: Failure): void {
    this.#points.set(name, { mode, failure })
  }

  remove (name: string): void {
    this.#points.delete(name)
  }

  /** The failure that a command meets, if it meets one: that counts as one of its times. */
  take (context: CommandContext): Failure | undefined {
    for (const { mode, failure } of this.#points.values()) {
      const isForClient = failure.appName === undefined || failure.appName === context.connection.appName
      if (isForClient && failure.concerns(context) && fires(mode)) return failure
    }
    return undefined
  }
}

/** Runs a command that has met a failure, if that lets it. */
export async function fail (failure: Failure, context: CommandContext): Promise<Reply> {
  const { closesConnection, errorCode, errorLabels, writeConcernError } = failure
  if (failure.delay > 0) await delay(failure.delay)
  if (closesConnection === 'before') return hangUp(context)
  if (errorCode !== undefined) {
    throw new EngineError(codeNames.get(errorCode) ?? errorCode, 'Failing command via \'failCommand\' failpoint', errorLabels && { errorLabels })
  }
  const reply = await context.command.run(context)
  if (closesConnection === 'after') return hangUp(context)
  if (writeConcernError === undefined) return reply
  const labels = errorLabels ?? (context.retry !== undefined && isRetryable(writeConcernError.code) ? [RETRYABLE_WRITE] : [])
  return { ...reply, writeConcernError: writeConcernError.document, ...(labels.length > 0 && { errorLabels: labels }) }
}

function hangUp ({ connection }: CommandContext): Reply {
  connection.destroy()
  return {} // which nobody is left to read
}

function fires (mode: FailMode): boolean {
  if (mode.skip > 0) {
    mode.skip--
    return false
  }
  if (mode.times === 0 || Math.random() >= mode.probability) return false
  mode.times--
  return true
}
