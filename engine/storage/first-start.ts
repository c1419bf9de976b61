import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DamagedFile, DATA_FILE } from './data-file.js'
import { syncDirectory } from './sync-directory.js'

/** There from before the first file of a store is made until its first commit is on the disk. */
export const FIRST_START_MARK = 'first-start'
/** What LMDB makes at each start: where one of these is, there has been a store. */
const TRACES = [DATA_FILE, 'lock.mdb']

/**
 * Of a directory without a commit: whether there has never been any in it. Only the mark tells a first start that was interrupted
 * from a store that has lost its file, or all that was in it, and that must not go on as an empty one.
 * @throws {DamagedFile}
 */
export function checkNew (directory: string): void {
  const lost = TRACES.find((name) => existsSync(join(directory, name)))
  if (lost === undefined || existsSync(join(directory, FIRST_START_MARK))) return
  const data = join(directory, DATA_FILE)
  throw new DamagedFile(data, existsSync(data) ? 'it is empty' : `it is missing, but ${lost} is there`)
}

/** Marks the directory, made if need be, and clears away what an earlier first start has left. */
export function beginFirstStart (directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const mark = openSync(join(directory, FIRST_START_MARK), 'w', 0o600)
  fsyncSync(mark)
  closeSync(mark)
  syncDirectory(directory)
  rmSync(join(directory, DATA_FILE), { force: true })
}

/** To be called when a commit is on the disk; from here on a directory without one is damaged. */
export function endFirstStart (directory: string): void {
  const mark = join(directory, FIRST_START_MARK)
  if (!existsSync(mark)) return
  for (const path of [directory, dirname(directory)]) syncDirectory(path) // or the data file's name could be lost
  rmSync(mark)
  syncDirectory(directory)
}
