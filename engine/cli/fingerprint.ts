import { createHash } from 'node:crypto'
import type { MongoClient } from 'mongodb'
import { rawBatches, type CollectionInfo } from './collections.js'

const BITS = 256

/** What two sets of documents are compared by, in whatever order they come: their number and the sum of their SHA-256. */
export class Fingerprint {
  #count = 0
  #sum = 0n

  get count (): number {
    return this.#count
  }

  add (document: Buffer): void {
    this.#count++
    // A sum, because documents that come in pairs would vanish from an exclusive or.
    this.#sum = BigInt.asUintN(BITS, this.#sum + BigInt(`0x${createHash('sha256').update(document).digest('hex')}`))
  }

  equals (other: Fingerprint): boolean {
    return this.#count === other.#count && this.#sum === other.#sum
  }
}

/** Reads all documents of a collection. */
export async function fingerprintOf (client: MongoClient, collection: CollectionInfo): Promise<Fingerprint> {
  const fingerprint = new Fingerprint()
  for await (const batch of rawBatches(client, collection)) batch.forEach((document) => fingerprint.add(document))
  return fingerprint
}
