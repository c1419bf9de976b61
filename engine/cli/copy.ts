import { parseArgs } from 'node:util'
import type { MongoClient } from 'mongodb'
import { listCollections, selectionOptions, SELECTION_HELP } from './collections.js'
import { connect, connectSource, PLACE_HELP, placeOptions, readPlace } from './connection.js'
import { copyCollection, difference } from './copy-collection.js'
import { CopyTarget } from './copy-target.js'
import { UsageError, type Program } from './program.js'

const help = `Usage: quire db copy [options] --to MONGODB_URI

Copies every collection, with its options and indexes, to a server, then reads the copies and compares the
number and the hashes of their documents. Stop what writes to the source first. Run it again if it was interrupted:
it goes on with the collections that are not there yet.

  --to MONGODB_URI    where to copy to
${PLACE_HELP}
${SELECTION_HELP}
  --force             replaces collections that have documents already, instead of refusing
  --help              prints this`

const options = { ...placeOptions, ...selectionOptions, to: { type: 'string' }, force: { type: 'boolean', default: false } } as const

export const copy: Program = {
  summary: 'Copies everything to a MongoDB server, and verifies it',
  help,

  async run (args) {
    const { values } = parseArgs({ args, options })
    const { to, force } = values
    if (to === undefined) throw new UsageError('--to is missing')
    const source = await connectSource(readPlace(values))
    try {
      const target = await connect({ uri: to })
      try {
        const collections = await listCollections(source.client, values)
        await copyAll(source.client, new CopyTarget(target.client, collections), force)
      } finally {
        await target.close()
      }
    } finally {
      await source.close()
    }
  }
}

async function copyAll (source: MongoClient, target: CopyTarget, force: boolean): Promise<void> {
  const { client, collections } = target
  const isResumed = await target.begin(force)
  const differences: string[] = []
  for (const collection of collections) {
    const copied = await copyCollection(source, client, collection, isResumed(collection))
    const found = await difference(client, collection, copied)
    const result = found ?? (collection.type === 'view' ? 'a view, verified' : `${copied.count} documents, verified`)
    process.stdout.write(`${collection.database}.${collection.name}: ${result}\n`)
    if (found !== undefined) differences.push(`${collection.database}.${collection.name}`)
  }
  if (differences.length > 0) throw new Error(`the copy is not the same in ${differences.join(', ')}: run it again`)
  await target.finish()
}
