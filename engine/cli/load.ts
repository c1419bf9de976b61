import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { MongoClient } from 'mongodb'
import { readBsonFile } from './bson-file.js'
import { createCollection, createIndexes, selectionOptions, SELECTION_HELP, type CollectionInfo } from './collections.js'
import { connect, PLACE_HELP, placeOptions, readPlace } from './connection.js'
import { readDump, type DumpedCollection } from './dump-layout.js'
import { UsageError, type Program } from './program.js'
import { Progress } from './progress.js'
import { insertRaw } from './raw-insert.js'

const help = `Usage: quire db load [options] DIRECTORY

Reads what \`quire db dump\` or mongodump has written to DIRECTORY: collections with their options, documents and
indexes (of time series, what \`quire db dump\` has written). A collection that has documents already is refused. Stops
at the first document that is damaged or not taken, and says where it is; what was loaded until then stays.

${PLACE_HELP}
${SELECTION_HELP}
  --drop              removes each collection before it is loaded`

const options = { ...placeOptions, ...selectionOptions, drop: { type: 'boolean', default: false } } as const

export const load: Program = {
  summary: 'Reads collections from the files of dump or mongodump',
  help,

  async run (args) {
    const { values, positionals: [directory, ...others] } = parseArgs({ args, allowPositionals: true, options })
    if (directory === undefined || others.length > 0) throw new UsageError('name one directory to read')
    const { collections, skipped } = readDump(directory, values)
    for (const file of skipped) process.stderr.write(`skipped: ${file}\n`)
    if (collections.length === 0) throw new Error(`there is nothing to load in ${directory}`)
    const { client, close } = await connect(readPlace(values))
    try {
      for (const collection of collections) await loadCollection(client, collection, values.drop)
    } finally {
      await close()
    }
  }
}

async function loadCollection (client: MongoClient, { info, dataFile }: DumpedCollection, drop: boolean): Promise<void> {
  const name = `${info.database}.${info.name}`
  const collection = client.db(info.database).collection(info.name)
  if (drop) await collection.drop()
  const [existing] = await client.db(info.database).listCollections({ name: info.name }, { nameOnly: true }).toArray()
  // A view that is there as it should be is not made again, and another one is refused.
  if (existing === undefined || info.type === 'view') await createCollection(client, info)
  else if (existing.type !== info.type) throw new Error(`${name} is there as a ${existing.type} instead of a ${info.type}: use --drop to replace it`)
  else if (await collection.findOne({}, { projection: { _id: 1 } }) !== null) throw new Error(`${name} has documents already: use --drop to replace them`)
  if (dataFile !== undefined) await loadDocuments(client, info, dataFile)
  await createIndexes(client, info)
}

async function loadDocuments (client: MongoClient, info: CollectionInfo, file: string): Promise<void> {
  const progress = new Progress(`${info.database}.${info.name}`, statSync(file).size, 'bytes')
  let count = 0
  try {
    for await (const documents of readBsonFile(file)) {
      await insertRaw(client, info, documents)
      count += documents.length
      progress.add(documents.reduce((size, { length }) => size + length, 0))
    }
  } finally {
    process.stdout.write(`${info.database}.${info.name}: ${count} documents\n`)
  }
}
