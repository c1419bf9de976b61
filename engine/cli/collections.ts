import type { Db, MongoClient } from 'mongodb'
import { BsonType, arrayElements, documentValue, fields, findField, isArray, isDocument, payload, stringOf, toJs, type Value } from '../bson/value.js'
import { isIdKeyPattern } from '../storage/index-key-pattern.js'
import { BUCKETS, checkDatabaseName } from '../storage/namespace.js'

/** A collection as a server describes it. */
export interface CollectionInfo {
  readonly database: string
  readonly name: string
  /** `collection`, `view` or `timeseries`. */
  readonly type: string
  /** What `create` takes. */
  readonly options: Value
  /** 16 bytes; views have none. */
  readonly uuid: Buffer | undefined
  /** What `createIndexes` takes, that of `_id` included. */
  readonly indexes: readonly Value[]
}

export interface Selection { readonly db?: string, readonly collection?: string }

/** The options of every program that can be told to do a part. */
export const selectionOptions = { db: { type: 'string' }, collection: { type: 'string' } } as const

export const SELECTION_HELP = `  --db NAME           this database only; without it all but admin, config and local
  --collection NAME   collections of this name only`

/** Databases in which a server keeps what is about itself. */
const internal = new Set(['admin', 'config', 'local'])

/** The collections of a server, sorted; what belongs to the server itself is left out. */
export async function listCollections (client: MongoClient, { db, collection }: Selection = {}): Promise<CollectionInfo[]> {
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true })
  const names = databases.map(({ name }) => name).filter((name) => db === undefined ? !internal.has(name) : name === db)
  const all: CollectionInfo[] = []
  for (const name of names.sort()) all.push(...await collectionsOf(client.db(checkDatabaseName(name))))
  return all.filter(({ name }) => !name.startsWith('system.') && (collection === undefined || name === collection))
}

async function collectionsOf (db: Db): Promise<CollectionInfo[]> {
  const described = await db.listCollections({}, { raw: true }).toArray() as unknown as Uint8Array[]
  const descriptions = new Map(described.map(valueOf).map((description) => [stringOf(findField(description, 'name')!), description]))
  const found: CollectionInfo[] = []
  for (const [name, description] of descriptions) {
    const type = textOf(findField(description, 'type')) ?? 'collection'
    const indexes = type === 'view' ? [] : await db.collection(name).listIndexes({ raw: true }).toArray() as unknown as Uint8Array[]
    // On MongoDB a time series has the UUID of its buckets.
    const uuid = uuidOf(description) ?? uuidOf(descriptions.get(`${BUCKETS}${name}`))
    found.push({ database: db.databaseName, name, type, options: findField(description, 'options')!, uuid, indexes: indexes.map(valueOf) })
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1)
}

/** Makes the collection with its options, without its indexes. */
export async function createCollection (client: MongoClient, { database, name, type, options }: CollectionInfo): Promise<void> {
  const db = client.db(database)
  await db.command({ create: name, ...Object.fromEntries(entriesOf(options)) })
  // It comes with an index, which the one that it is made after may have lost.
  if (type === 'timeseries') await db.command({ dropIndexes: name, index: '*' })
}

/** Makes all indexes but that of `_id`, which every collection has. */
export async function createIndexes (client: MongoClient, { database, name, indexes }: CollectionInfo): Promise<void> {
  const specs = indexes.filter((index) => !isIdKeyPattern(findField(index, 'key')!))
  // Servers before 4.4 tell an index's collection, which newer ones do not take back.
  const wanted = specs.map((spec) => new Map(entriesOf(spec).filter(([field]) => field !== 'ns')))
  if (wanted.length > 0) await client.db(database).command({ createIndexes: name, indexes: wanted })
}

/** How many documents there are, from the server's counter. */
export async function countOf (client: MongoClient, { database, name }: CollectionInfo): Promise<number> {
  return await client.db(database).collection(name).estimatedDocumentCount()
}

/** The documents as they are stored, a batch at a time. */
export async function * rawBatches (client: MongoClient, { database, name }: CollectionInfo): AsyncGenerator<Buffer[]> {
  const cursor = client.db(database).collection(name).find({}, { raw: true })
  try {
    while (await cursor.hasNext()) yield cursor.readBufferedDocuments() as unknown as Buffer[]
  } finally {
    await cursor.close()
  }
}

function valueOf (bytes: Uint8Array): Value {
  return documentValue(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

function textOf (value: Value | undefined): string | undefined {
  return value?.type === BsonType.string ? stringOf(value) : undefined
}

function uuidOf (description: Value | undefined): Buffer | undefined {
  const info = description && findField(description, 'info')
  const uuid = info && findField(info, 'uuid')
  return uuid && payload(uuid).subarray(5) // behind the length and the subtype
}

function entriesOf (document: Value): [string, unknown][] {
  return [...fields(document)].map(([name, value]) => [name, orderedJs(value)])
}

/** Documents as maps, because an object puts names that look like numbers first: `{ b: 1, 0: 1 }` would be another index. */
function orderedJs (value: Value): unknown {
  if (isArray(value)) return arrayElements(value).map(orderedJs)
  if (isDocument(value)) return new Map(entriesOf(value))
  return toJs(value)
}
