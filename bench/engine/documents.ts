import type { Collection } from 'mongodb'

/** The first two are filled, and have an index. */
export type CollectionName = 'small' | 'large' | 'plain'

export interface Row {
  _id: number
  /** Another order than that of `_id`, by which pages are read. */
  number: number
  owner: string
  title: string
  text: string
}

const BATCH = 5000

/** A document of 500 bytes. */
export function makeDocument (_id: number): Row {
  // A prime multiplier scatters the numbers; below 2^31 they stay int32.
  return { _id, number: (_id * 7919) % 1_000_003, owner: `owner-${_id % 100}`, title: `Document ${_id}`, text: `${_id} `.padEnd(390, 'lorem ipsum ') }
}

/** Fills a collection, and indexes it. */
export async function fill (collection: Collection<Row>, count: number): Promise<void> {
  await collection.createIndex({ number: 1 })
  for (let first = 0; first < count; first += BATCH) {
    await collection.insertMany(Array.from({ length: Math.min(BATCH, count - first) }, (_, at) => makeDocument(first + at)))
  }
}
