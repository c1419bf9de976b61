import type { MongoClient } from 'mongodb'
import { equalValues } from '../bson/order.js'
import { BsonType, findField, stringOf } from '../bson/value.js'
import { countOf, createCollection, createIndexes, listCollections, rawBatches, type CollectionInfo } from './collections.js'
import { Fingerprint, fingerprintOf } from './fingerprint.js'
import { Progress } from './progress.js'
import { insertRaw } from './raw-insert.js'

/** Makes the target's collection anew, unless an earlier run has done so; returns the fingerprint of what it should have. */
export async function copyCollection (source: MongoClient, target: MongoClient, collection: CollectionInfo, isResumed: boolean): Promise<Fingerprint> {
  if (isResumed && collection.type !== 'view') {
    const wanted = await fingerprintOf(source, collection)
    if (await difference(target, collection, wanted) === undefined) return wanted
  }
  await target.db(collection.database).collection(collection.name).drop()
  await createCollection(target, collection)
  // What a view has is not copied: it reads the copies.
  if (collection.type === 'view') return new Fingerprint(collection)
  const copied = await copyDocuments(source, target, collection)
  await createIndexes(target, collection)
  return copied
}

async function copyDocuments (source: MongoClient, target: MongoClient, collection: CollectionInfo): Promise<Fingerprint> {
  const progress = new Progress(`${collection.database}.${collection.name}`, await countOf(source, collection))
  const copied = new Fingerprint(collection)
  for await (const batch of rawBatches(source, collection)) {
    await insertRaw(target, collection, batch)
    batch.forEach((document) => copied.add(document))
    progress.add(batch.length)
  }
  return copied
}

/** What is wrong with a copy, read from the target itself, or undefined. */
export async function difference (target: MongoClient, { database, name, type, options, indexes }: CollectionInfo, wanted: Fingerprint): Promise<string | undefined> {
  const [found] = await listCollections(target, { db: database, collection: name })
  if (found === undefined) return 'is missing'
  if (found.type !== type) return `is a ${found.type} instead of a ${type}`
  if (type === 'view') return equalValues(found.options, options) ? undefined : 'has another definition'
  const missing = indexes.map(nameOf).filter((index) => !found.indexes.map(nameOf).includes(index))
  if (missing.length > 0) return `lacks the indexes ${missing.join(', ')}`
  const copied = await fingerprintOf(target, found)
  if (copied.count !== wanted.count) return `has ${copied.count} documents instead of ${wanted.count}`
  return copied.equals(wanted) ? undefined : `has ${copied.count} documents as it should, but not the same`
}

function nameOf (index: CollectionInfo['indexes'][number]): string {
  const name = findField(index, 'name')
  return name?.type === BsonType.string ? stringOf(name) : ''
}
