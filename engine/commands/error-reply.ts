import { Double } from 'bson'
import { codes, EngineError } from '../errors.js'
import type { Reply } from '../wire/reply.js'

const FAILURE = new Double(0)

/** Codes after which the same write may be sent again; the label is only for writes that carry a transaction number. */
const retryable = new Set<number>([6, 7, codes.ShutdownInProgress, 134, 189, 262, 9001, codes.NotWritablePrimary, codes.InterruptedAtShutdown, 11602, 13435, 13436])

export const RETRYABLE_WRITE = 'RetryableWriteError'

export function isRetryable (code: number): boolean {
  return retryable.has(code)
}

/** The reply to a command that failed as a whole. */
export function errorReply (error: EngineError, isRetryableWrite = false): Reply {
  const { message, code, codeName, members, labels } = error
  // Labels that a fail point was told to give take the place of those that the error would have.
  if ('errorLabels' in members) return { ok: FAILURE, errmsg: message, code, codeName, ...members }
  const errorLabels = isRetryableWrite && isRetryable(code) ? [...labels, RETRYABLE_WRITE] : labels
  return { ok: FAILURE, errmsg: message, code, codeName, ...members, ...(errorLabels.length > 0 && { errorLabels }) }
}

/** One entry of `writeErrors`: the statement at `index` failed, the command itself is `ok: 1`. */
export function writeError (index: number, { code, members, message }: EngineError): Reply {
  return { index, code, ...members, errmsg: message }
}

/** What a client may be told of an error that is no answer of MongoDB's, but a fault of this engine. */
export function asEngineError (error: unknown): EngineError {
  if (error instanceof EngineError) return error
  return new EngineError('InternalError', error instanceof Error ? error.message : String(error))
}
