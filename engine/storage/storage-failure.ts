import { statfs } from 'node:fs/promises'
import { constants } from 'node:os'
import { EngineError } from '../errors.js'

/** LMDB's own code for a map that cannot grow. */
const MDB_MAP_FULL = -30792
const { ENOSPC, EDQUOT, EFBIG, EIO } = constants.errno
const full = new Set([ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL])
/** With less than this much space left, in bytes, an EIO is taken for a full disk. */
const LITTLE_SPACE = 16 * 1024 * 1024

/** Why a commit has failed. */
export interface StorageFailure {
  readonly kind: 'full' | 'broken' | 'fault'
  readonly cause: Error
}

/**
 * `full`: there was no space, and there may be some later; the next commit writes the pages of this one anew.
 * `broken`: the disk has failed, and what it says from now on is not to be trusted. `fault`: an error of this program,
 * before anything was committed.
 */
export async function storageFailure (error: unknown, directory: string): Promise<StorageFailure> {
  const cause = await causeOf(error)
  const code = 'code' in cause ? cause.code : undefined
  if (typeof code !== 'number') return { kind: 'fault', cause }
  // LMDB reports a write that a full disk has cut short as EIO.
  const isFull = full.has(code) || (code === EIO && await hasLittleSpace(directory))
  return { kind: isFull ? 'full' : 'broken', cause }
}

async function hasLittleSpace (directory: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize < LITTLE_SPACE
  } catch {
    return false // then more is wrong than that
  }
}

export function outOfDiskSpace (cause: Error): EngineError {
  return new EngineError('OutOfDiskSpace', `nothing was written, because there is no space for it: ${reasonOf(cause)}`)
}

/** As of a server that has lost its right to write: a client is told that waiting may help, and an API that it is not its own fault. */
export function readOnly (cause: Error): EngineError {
  return new EngineError('NotWritablePrimary', `the data files could not be written and are read-only until a restart: ${reasonOf(cause)}`)
}

/** Without the page numbers that lmdb adds, which are for the log. */
function reasonOf ({ message }: Error): string {
  return message.split(':', 1)[0]
}

/** Of a failed commit lmdb tells the cause by a second promise that rejects. */
async function causeOf (error: unknown): Promise<Error> {
  if (!(error instanceof Error)) return new Error(String(error))
  if (!('commitError' in error)) return error
  const cause: unknown = await Promise.resolve(error.commitError).catch((reason: unknown) => reason)
  return cause instanceof Error ? cause : error
}
