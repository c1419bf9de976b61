import { createHash } from 'node:crypto'
import type { MongoClient } from 'mongodb'
import { rawBatches, type CollectionInfo } from './collections.js'
import { metaFieldOf, normalForm } from './measurement.js'

const BITS = 256

/**
 * What two sets of documents are compared by, in whatever order they come: their number and the sum of their SHA-256. The
 * order of fields counts, but for measurements of a time series.
 */
export class Fingerprint {
  readonly #formOf: (document: Buffer) => Buffer
  #count = 0
  #sum = 0n

  constructor ({ type, options }: CollectionInfo) {
    const metaField = metaFieldOf(options)
    this.#formOf = type === 'timeseries' ? (document) => normalForm(document, metaField) : (document) => document
  }

  get count (): number {
    return this.#count
  }

  add (document: Buffer): void {
    this.#count++
    // A sum, because documents that come in pairs would vanish from an exclusive or.
    this.#sum = BigInt.asUintN(BITS, this.#sum + BigInt(`0x${createHash('sha256').update(this.#formOf(document)).digest('hex')}`))
  }

  equals (other: Fingerprint): boolean {
    return this.#count === other.#count && this.#sum === other.#sum
  }
}

/** Reads all documents of a collection. */
export async function fingerprintOf (client: MongoClient, collection: CollectionInfo): Promise<Fingerprint> {
  const fingerprint = new Fingerprint(collection)
  for await (const batch of rawBatches(client, collection)) batch.forEach((document) => fingerprint.add(document))
  return fingerprint
}
