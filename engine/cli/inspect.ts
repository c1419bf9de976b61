import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { acquireLock } from '../lock.js'
import type { Finding } from '../storage/check.js'
import type { Verdict } from './check-process.js'

/** check-process.js beside this file when it was compiled, check-process.ts when it runs from source. */
const CHECKER = fileURLToPath(new URL(`./check-process${extname(import.meta.url)}`, import.meta.url))

/**
 * Has the data files of a directory checked, by a process of its own, because LMDB trusts the pages that it reads: over a damaged
 * one it may end the process.
 * @throws {Error} when there are no data, an engine runs on them, or they cannot be read
 */
export async function inspect (directory: string): Promise<Finding[]> {
  if (!existsSync(join(directory, 'data.mdb'))) throw new Error(`there is no data in ${directory}: data.mdb is missing`)
  const lock = await acquireLock(directory, { patience: 0 })
  const lockFile = join(directory, 'lock.mdb')
  const hadLockFile = existsSync(lockFile)
  try {
    return await runChecker(directory)
  } finally {
    if (!hadLockFile) rmSync(lockFile, { force: true })
    lock.release()
  }
}

async function runChecker (directory: string): Promise<Finding[]> {
  const checker = fork(CHECKER, [directory], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  const exited = once(checker, 'exit') as Promise<[code: number | null, signal: string | null]>
  let verdict: Verdict | undefined
  checker.on('message', (message: Verdict) => { verdict = message })
  const [code, signal] = await exited
  if (verdict === undefined) throw new Error(`the data in ${directory} are damaged: LMDB could not read them and ended with ${signal ?? `exit code ${code}`}`)
  if ('failure' in verdict) throw new Error(`the data in ${directory} cannot be read: ${verdict.failure}`)
  return verdict.findings
}
