import { EngineError } from './errors.js'
import { DamagedFile } from './storage/data-file.js'

/** How an engine's process ends when it cannot go on; named after sysexits.h. */
export const EX_FAILED = 1
/** The data are damaged: another start would only find that again. */
export const EX_DATAERR = 65
/** The disk has failed: what the kernel still has in memory is not to be trusted, and a new process reads anew. */
export const EX_IOERR = 74

export function exitCodeFor (error: unknown): number {
  if (error instanceof DamagedFile) return EX_DATAERR
  if (!(error instanceof EngineError)) return EX_FAILED
  const codes: Readonly<Record<string, number>> = { DataCorruptionDetected: EX_DATAERR, NotWritablePrimary: EX_IOERR }
  return codes[error.codeName] ?? EX_FAILED
}
