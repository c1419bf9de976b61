import { existsSync, openSync, fsyncSync, closeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareDataDirectory } from '../data-directory.js'
import { acquireLock } from '../lock.js'
import { DATA_FILE } from '../storage/data-file.js'
import { FORMAT } from '../storage/format.js'
import { backupDirectory } from '../storage/store.js'
import { connect, runningEngine } from './connection.js'
import { measure, writeManifest } from './manifest.js'
import { newDirectory } from './new-directory.js'
import { UsageError, type Program } from './program.js'

const help = `Usage: quire db backup [options] DIRECTORY

Copies the data to DIRECTORY, which must be new, as they are at one point in time, also while they are being
written to. \`quire db restore\` puts them back, \`quire db check DIRECTORY\` proves that they are whole.

  --data DIRECTORY    of the engine (data/engine); it may be running
  --help              prints this`

export const backup: Program = {
  summary: 'Copies all data as they are at one point in time',
  help,

  async run (args) {
    const { values: { data }, positionals: [directory, ...others] } = parseArgs({ args, allowPositionals: true, options: { data: { type: 'string', default: 'data/engine' } } })
    if (directory === undefined || others.length > 0) throw new UsageError('name one directory to write to')
    await makeBackup(data, directory)
    process.stdout.write(`backed up to ${directory}\n`)
  }
}

/** @throws {Error} when there are no data, or `directory` is not new */
export async function makeBackup (data: string, directory: string): Promise<void> {
  if (!existsSync(join(data, DATA_FILE))) throw new Error(`there is no data in ${data}: ${DATA_FILE} is missing`)
  await newDirectory(directory, (partial) => copyData(prepareDataDirectory(data), partial))
}

async function copyData (data: string, directory: string): Promise<void> {
  const createdAt = new Date().toISOString()
  const uri = await runningEngine(data)
  const format = uri === undefined ? await copyStopped(data, directory) : await copyRunning(uri, directory)
  sync(join(directory, DATA_FILE))
  writeManifest(directory, { format, createdAt, ...await measure(directory) })
}

/** The engine makes the copy itself: two processes that have the files open must agree on more than they can know of each other. */
async function copyRunning (uri: string, directory: string): Promise<number> {
  const { client, close } = await connect({ uri })
  try {
    const { format } = await client.db('admin').command({ quireBackup: directory })
    return format
  } finally {
    await close()
  }
}

async function copyStopped (data: string, directory: string): Promise<number> {
  const lock = await acquireLock(data, { patience: 0 })
  try {
    await backupDirectory(data, directory)
    return FORMAT
  } finally {
    lock.release()
  }
}

function sync (file: string): void {
  const handle = openSync(file, 'r+') // Windows flushes only what is open for writing
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
