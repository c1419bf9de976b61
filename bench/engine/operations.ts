import { ObjectId, type Collection, type Document } from 'mongodb'
import { makeDocument, type CollectionName, type Row } from './documents.js'

export interface Operation {
  readonly name: string
  /** How many documents its reply has. */
  readonly documents: number
  /** Where it is done, if not in the large collection. */
  readonly collection?: CollectionName
  /** @param size how many documents the collection was filled with */
  run (collection: Collection<Row>, size: number): Promise<unknown>
}

const PAGE = 50

const pointRead: Operation = {
  name: 'point read by _id',
  documents: 1,
  run: (collection, size) => collection.findOne({ _id: below(size) })
}

export const page: Operation = {
  name: 'page of 50 by an index',
  documents: PAGE,
  run: (collection, size) => collection.find({ number: { $gt: makeDocument(below(size)).number - 1 } }).sort({ number: 1 }).limit(PAGE).toArray()
}

const insert: Operation = {
  name: 'durable insert, with an index in another order',
  documents: 1,
  run (collection, size) {
    const document: Document = { ...makeDocument(below(size)), _id: new ObjectId() }
    return (collection as unknown as Collection).insertOne(document)
  }
}

const plainInsert: Operation = { ...insert, name: 'durable insert, without such an index', collection: 'plain' }

const update: Operation = {
  name: 'durable update by _id',
  documents: 1,
  run: (collection, size) => collection.updateOne({ _id: below(size) }, { $set: { title: `Changed ${below(1e6)}` } })
}

const mixed: Operation = {
  name: 'mixed: 6 reads, 1 insert, 1 update',
  documents: 1,
  run: (collection, size) => [insert, update][below(8)]?.run(collection, size) ?? pointRead.run(collection, size)
}

export const operations: readonly Operation[] = [pointRead, page, plainInsert, insert, update, mixed]
export { mixed, pointRead }

function below (limit: number): number {
  return Math.floor(Math.random() * limit)
}
