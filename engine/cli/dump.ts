import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { MongoClient } from 'mongodb'
import { countOf, listCollections, rawBatches, selectionOptions, SELECTION_HELP, type CollectionInfo, type Selection } from './collections.js'
import { connectSource, PLACE_HELP, placeOptions, readPlace } from './connection.js'
import { collectionPath, DATA_SUFFIX, METADATA_SUFFIX, metadataJson } from './dump-layout.js'
import { newDirectory } from './new-directory.js'
import { UsageError, type Program } from './program.js'
import { Progress } from './progress.js'

const help = `Usage: quire db dump [options] DIRECTORY

Writes every collection to DIRECTORY, which must be new, in the layout of mongodump: NAME.bson and
NAME.metadata.json in a folder for each database. \`quire db load\` and mongorestore read it; a time series is
written as its documents, which only \`quire db load\` reads.
Collections are read one after the other: for one point in time stop what writes, or use \`quire db backup\`.

${PLACE_HELP}
${SELECTION_HELP}`

export const dump: Program = {
  summary: 'Writes collections to files, as mongodump does',
  help,

  async run (args) {
    const { values, positionals: [directory, ...others] } = parseArgs({ args, allowPositionals: true, options: { ...placeOptions, ...selectionOptions } })
    if (directory === undefined || others.length > 0) throw new UsageError('name one directory to write to')
    const { client, close } = await connectSource(readPlace(values))
    try {
      await newDirectory(directory, (partial) => dumpAll(client, values, partial))
    } finally {
      await close()
    }
  }
}

async function dumpAll (client: MongoClient, selection: Selection, directory: string): Promise<void> {
  for (const collection of await listCollections(client, selection)) {
    mkdirSync(join(directory, collection.database), { recursive: true })
    await dumpCollection(client, collection, directory)
  }
}

async function dumpCollection (client: MongoClient, collection: CollectionInfo, directory: string): Promise<void> {
  const name = `${collection.database}.${collection.name}`
  const path = collectionPath(directory, collection)
  writeFileSync(`${path}${METADATA_SUFFIX}`, metadataJson(collection), { flush: true })
  if (collection.type === 'view') return
  const progress = new Progress(name, await countOf(client, collection))
  await pipeline(documents(client, collection, progress), createWriteStream(`${path}${DATA_SUFFIX}`, { flush: true }))
  process.stdout.write(`${name}: ${progress.done} documents\n`)
}

async function * documents (client: MongoClient, collection: CollectionInfo, progress: Progress): AsyncGenerator<Buffer> {
  for await (const batch of rawBatches(client, collection)) {
    progress.add(batch.length)
    yield Buffer.concat(batch)
  }
}
