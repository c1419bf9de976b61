import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EJSON, type Document } from 'bson'
import { arrayValue, documentValue, encode, type Value } from '../bson/value.js'
import { BUCKETS } from '../storage/namespace.js'
import type { CollectionInfo, Selection } from './collections.js'
import { canonicalJson } from './extended-json.js'

/**
 * The layout of `mongodump`: a folder for each database with two files for each collection. Time series are the exception:
 * mongodump writes their buckets, under another name, and this the measurements themselves, byte for byte.
 */

export const DATA_SUFFIX = '.bson'
export const METADATA_SUFFIX = '.metadata.json'

/** The path of a collection's files without their suffix; names are escaped as Go's `url.PathEscape` does it. */
export function collectionPath (directory: string, { database, name }: CollectionInfo): string {
  const escaped = encodeURIComponent(name)
    .replace(/[!*'()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|3A|3D|40)/g, decodeURIComponent)
  return join(directory, database, escaped)
}

export function metadataJson ({ name, type, options, uuid, indexes }: CollectionInfo): string {
  const members = [
    `"options":${canonicalJson(options)}`,
    `"indexes":${canonicalJson(arrayValue(indexes))}`,
    ...uuid === undefined ? [] : [`"uuid":"${uuid.toString('hex')}"`],
    `"collectionName":${JSON.stringify(name)}`,
    `"type":${JSON.stringify(type)}`
  ]
  return `{${members.join(',')}}`
}

export interface DumpedCollection {
  readonly info: CollectionInfo
  /** Views have none. */
  readonly dataFile: string | undefined
}

/** What is in a dump, and the files in it that are something else. */
export interface Dump { readonly collections: DumpedCollection[], readonly skipped: string[] }

/**
 * Looks through a dump and reads all of it but the documents.
 * @throws {Error} naming the file that cannot be used
 */
export function readDump (directory: string, { db, collection }: Selection): Dump {
  const collections: DumpedCollection[] = []
  const skipped: string[] = []
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort(byName)) {
    const path = join(directory, entry.name)
    if (!entry.isDirectory()) skipped.push(path)
    else if (db === undefined || entry.name === db) readDatabase(path, { collections, skipped })
  }
  const chosen = collections.filter(({ info }) => collection === undefined || info.name === collection)
  for (const { info, dataFile } of chosen) if (dataFile === undefined) checkNeedsNone(info)
  return { collections: chosen, skipped }
}

/** What mongodump has written of a time series must not be taken for an empty one. */
function checkNeedsNone ({ database, name, type }: CollectionInfo): void {
  if (type !== 'timeseries') return
  throw new Error(`the documents of ${database}.${name} are not in this dump: mongodump writes the buckets of a time series ` +
    `(${BUCKETS}${name}), which are not read here. \`quire db dump --uri\` takes its documents from the server`)
}

function readDatabase (directory: string, { collections, skipped }: Dump): void {
  const files = readdirSync(directory).sort()
  const bases = new Set<string>()
  for (const file of files) {
    const base = file.endsWith(METADATA_SUFFIX) ? file.slice(0, -METADATA_SUFFIX.length) : file.slice(0, -DATA_SUFFIX.length)
    if (file.endsWith('.gz')) throw new Error(`${join(directory, file)} is compressed: unpack it first`)
    if (base.startsWith('system.') || !(file.endsWith(METADATA_SUFFIX) || file.endsWith(DATA_SUFFIX))) skipped.push(join(directory, file))
    else bases.add(join(directory, base))
  }
  for (const base of bases) {
    const dataFile = existsSync(`${base}${DATA_SUFFIX}`) ? `${base}${DATA_SUFFIX}` : undefined
    collections.push({ info: readMetadata(basename(directory), base), dataFile })
  }
}

/** Without a file of metadata a collection has no options, and no index but that of `_id`. */
function readMetadata (database: string, path: string): CollectionInfo {
  const file = `${path}${METADATA_SUFFIX}`
  try {
    const metadata: Document = existsSync(file) ? EJSON.parse(readFileSync(file, 'utf8'), { relaxed: false }) : {}
    const { collectionName: name = decodeURIComponent(basename(path)), type = 'collection', options = {}, indexes = [] } = metadata
    for (const { name, key } of indexes) checkOrder(name, key)
    return { database, name, type, options: encoded(options), uuid: undefined, indexes: indexes.map(encoded) }
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message}`)
  }
}

function encoded (document: Document): Value {
  return documentValue(encode(document))
}

/** JavaScript puts such names first, and the order of a key's fields matters. */
function checkOrder (index: string, key: Document): void {
  const names = Object.keys(key)
  if (names.length > 1 && names.some((name) => /^\d+$/.test(name))) {
    throw new Error(`the order of the fields of index ${index} cannot be kept: load this collection with mongorestore`)
  }
}

function byName (a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}
