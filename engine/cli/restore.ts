import { createReadStream, createWriteStream, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { prepareDataDirectory } from '../data-directory.js'
import { acquireLock } from '../lock.js'
import { DATA_FILE } from '../storage/data-file.js'
import { syncDirectory } from '../storage/sync-directory.js'
import { readManifest, verify, type Manifest } from './manifest.js'
import { UsageError, type Program } from './program.js'

const help = `Usage: quire db restore [options] BACKUP

Puts a backup in the place of an engine's data. The engine must be stopped. The backup is compared with
its manifest first; a damaged one changes nothing.

  --data DIRECTORY    of the engine (data/engine)
  --force             if there are data already, keeps them in that directory under
                      the name ${DATA_FILE}.before-TIME, instead of refusing
  --help              prints this`

const options = { data: { type: 'string', default: 'data/engine' }, force: { type: 'boolean', default: false } } as const

export const restore: Program = {
  summary: 'Puts back what backup has copied',
  help,

  async run (args) {
    const { values, positionals: [backup, ...others] } = parseArgs({ args, allowPositionals: true, options })
    if (backup === undefined || others.length > 0) throw new UsageError('name one backup')
    const manifest = readManifest(backup)
    const directory = prepareDataDirectory(values.data)
    const lock = await acquireLock(directory, { patience: 0 })
    try {
      await replaceData(backup, manifest, directory, values.force)
    } finally {
      lock.release()
    }
    process.stdout.write(`restored ${backup} of ${manifest.createdAt} to ${directory}\n`)
  }
}

async function replaceData (backup: string, manifest: Manifest, directory: string, force: boolean): Promise<void> {
  const data = join(directory, DATA_FILE)
  if (existsSync(data) && !force) throw new Error(`${directory} has data already: use --force to move them aside`)
  const incoming = join(directory, 'restoring')
  rmSync(incoming, { recursive: true, force: true }) // of a run that was interrupted
  mkdirSync(incoming, { mode: 0o700 })
  try {
    await pipeline(createReadStream(join(backup, DATA_FILE)), createWriteStream(join(incoming, DATA_FILE), { flush: true, mode: 0o600 }))
    await verify(incoming, manifest)
    putInPlace(join(incoming, DATA_FILE), data, directory)
  } finally {
    rmSync(incoming, { recursive: true, force: true })
  }
}

/** There is no moment without data: the old file gets a second name before the new one takes the first. */
function putInPlace (incoming: string, data: string, directory: string): void {
  if (existsSync(data)) linkSync(data, `${data}.before-${new Date().toISOString().replace(/[:.]/g, '-')}`)
  // It is about readers of the old file; LMDB makes another.
  rmSync(join(directory, 'lock.mdb'), { force: true })
  renameSync(incoming, data)
  syncDirectory(directory)
}
