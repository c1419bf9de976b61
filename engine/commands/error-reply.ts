import { Double } from 'bson'
import { codes, EngineError } from '../errors.js'
import type { Reply } from '../wire/reply.js'

const FAILURE = new Double(0)

/** Codes after which the same write may be sent again; the label is only for writes that carry a transaction number. */
const retryable = new Set<number>([6, 7, codes.ShutdownInProgress, 134, 189, 262, 9001, codes.NotWritablePrimary, codes.InterruptedAtShutdown, 11602, 13435, 13436])

/** Codes after which a whole transaction may be run again. */
const transient = new Set<number>([codes.LockTimeout, codes.WriteConflict, 246, codes.NoSuchTransaction, 267])

/** Codes after which a change stream cannot go on from where it was. */
const final = new Set<number>([codes.ChangeStreamFatalError, codes.ChangeStreamHistoryLost])

/** Codes after which it can: beside those above, of the network and of reads that went to the wrong place. */
const resumable = new Set<number>([...retryable, 89, 63, 150, 234, 133, 13388])

/** Tells the driver of a change stream that it may go on where it was. */
export function labelForResuming (error: EngineError): void {
  if (resumable.has(error.code)) error.labels.push('ResumableChangeStreamError')
}

/** As what a command was sent. */
export type ErrorRole = 'retryable write' | 'transaction' | 'end of transaction'

/** Tells a driver that it may send the same command again. */
export function retryLabels (code: number, role: ErrorRole | undefined): string[] {
  return role !== undefined && role !== 'transaction' && retryable.has(code) ? ['RetryableWriteError'] : []
}

/** Tells a driver that it may run the whole transaction again. */
function transactionLabels (code: number, role: ErrorRole | undefined): string[] {
  if (role === undefined || role === 'retryable write') return []
  return transient.has(code) || (role === 'transaction' && retryable.has(code)) ? ['TransientTransactionError'] : []
}

/** The reply to a command that failed as a whole. */
export function errorReply (error: EngineError, role?: ErrorRole): Reply {
  const { message, code, codeName, members, labels } = error
  // Labels that a fail point was told to give take the place of those that the error would have.
  if ('errorLabels' in members) return { ok: FAILURE, errmsg: message, code, codeName, ...members }
  const errorLabels = [...labels, ...retryLabels(code, role), ...transactionLabels(code, role), ...final.has(code) ? ['NonResumableChangeStreamError'] : []]
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
