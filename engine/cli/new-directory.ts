import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { syncDirectory } from '../storage/sync-directory.js'

/**
 * Makes a directory that, under its name, is either complete and on the disk or not there: `fill` gets another one, which is
 * renamed at last and removed if something fails.
 * @throws {Error} when there is something of that name already, but for an empty directory
 */
export async function newDirectory (path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const target = resolve(path)
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${path} is not empty: choose another directory`)
  const parent = dirname(target)
  mkdirSync(parent, { recursive: true })
  const partial = join(parent, `${basename(target)}.partial-${process.pid}`)
  mkdirSync(partial, { mode: 0o700 })
  try {
    await fill(partial)
    syncDirectories(partial)
    if (existsSync(target)) rmdirSync(target)
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw error
  }
  syncDirectory(parent)
}

function syncDirectories (directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) syncDirectories(join(directory, entry.name))
  }
  syncDirectory(directory)
}
