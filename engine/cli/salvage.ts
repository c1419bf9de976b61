import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { acquireLock } from '../lock.js'
import { DATA_FILE } from '../storage/data-file.js'
import { salvage as salvageTo, type Salvaged } from '../storage/salvage.js'
import { openStore } from '../storage/store.js'
import { newDirectory } from './new-directory.js'
import { UsageError, type Program } from './program.js'

const help = `Usage: quire db salvage FROM TO

Saves what can be read of damaged data when there is no backup: makes a new directory TO with every document of
FROM that is as it was written, its collections and views, and indexes that are built anew. The engine must be
stopped; FROM stays as it is. Prints for each collection how many documents were saved, and each record, page
and index that was not. Ends with 0 if nothing is lost, else with 1; TO can be used in both cases.`

export const salvage: Program = {
  summary: 'Saves what can be read of damaged data to a new directory',
  help,

  async run (args) {
    const { positionals: [from, to, ...others] } = parseArgs({ args, allowPositionals: true })
    if (from === undefined || to === undefined || others.length > 0) throw new UsageError('name the damaged directory and a new one')
    if (!existsSync(join(from, DATA_FILE))) throw new Error(`there is no data in ${from}: ${DATA_FILE} is missing`)
    const lock = await acquireLock(from, { patience: 0 })
    try {
      let salvaged: Salvaged | undefined
      await newDirectory(to, async (partial) => { salvaged = await fill(from, partial) })
      report(salvaged!)
    } finally {
      lock.release()
    }
  }
}

async function fill (from: string, directory: string): Promise<Salvaged> {
  const store = await openStore(directory)
  try {
    const salvaged = await salvageTo(from, store)
    if (salvaged.collections.length === 0 && salvaged.lost.length > 0) throw new Error(`nothing in ${from} can be read`)
    return salvaged
  } finally {
    await store.close()
  }
}

/** @throws {Error} when something is lost */
function report ({ collections, lost }: Salvaged): void {
  for (const { namespace, saved, counted, lost } of collections) {
    print(`${namespace}: ${saved} ${counted === undefined || counted === saved ? '' : `of ${counted} `}documents saved`)
    for (const what of lost) print(`${namespace}: lost ${what}`)
  }
  for (const what of lost) print(`lost ${what}`)
  const isWhole = lost.length === 0 && collections.every(({ saved, counted = saved, lost }) => saved >= counted && lost.length === 0)
  if (!isWhole) throw new Error('not everything could be saved, as listed above')
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
