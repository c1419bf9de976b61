import { constants } from 'node:os'
import { EngineError } from '../errors.js'

/** LMDB's own code for a map that cannot grow. */
const MDB_MAP_FULL = -30792
const full = new Set<unknown>([constants.errno.ENOSPC, constants.errno.EDQUOT, constants.errno.EFBIG, MDB_MAP_FULL])

/** Why a commit has failed. */
export interface StorageFailure {
  readonly kind: 'full' | 'broken' | 'fault'
  readonly cause: Error
}

/**
 * `full`: there was no space, and there may be some later. `broken`: the disk or LMDB refused, and what it has of this
 * commit is unknown. `fault`: an error of this program, before anything was committed.
 */
export async function storageFailure (error: unknown): Promise<StorageFailure> {
  const cause = await causeOf(error)
  const code = 'code' in cause ? cause.code : undefined
  if (typeof code !== 'number') return { kind: 'fault', cause }
  return { kind: full.has(code) ? 'full' : 'broken', cause }
}

export function outOfDiskSpace (cause: Error): EngineError {
  return new EngineError('OutOfDiskSpace', `nothing was written, because there is no space for it: ${cause.message}`)
}

export function readOnly (cause: Error): EngineError {
  return new EngineError('OperationFailed', `the data files could not be written and are read-only until a restart: ${cause.message}`)
}

/** Of a failed commit lmdb tells the cause by a second promise that rejects. */
async function causeOf (error: unknown): Promise<Error> {
  if (!(error instanceof Error)) return new Error(String(error))
  if (!('commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (cause) {
    return cause instanceof Error ? cause : error
  }
}
