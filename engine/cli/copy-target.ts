import type { MongoClient } from 'mongodb'
import { listCollections, type CollectionInfo } from './collections.js'

/** A collection that is in a database as long as a copy to it has not been finished. */
const MARKER = 'quire_copy_unfinished'

/** Where collections are copied to: what may be overwritten there. */
export class CopyTarget {
  readonly client: MongoClient
  readonly collections: readonly CollectionInfo[]
  readonly #databases: readonly string[]

  constructor (client: MongoClient, collections: readonly CollectionInfo[]) {
    this.client = client
    this.collections = collections.filter(({ name }) => name !== MARKER)
    this.#databases = [...new Set(collections.map(({ database }) => database))]
  }

  /**
   * Makes sure that nothing is overwritten but an unfinished copy, or what `force` gives up. Returns which collections an earlier
   * run may have copied already.
   * @throws {Error} when there is something to lose
   */
  async begin (force: boolean): Promise<(collection: CollectionInfo) => boolean> {
    const unfinished = new Set<string>()
    for (const database of this.#databases) {
      const existing = await listCollections(this.client, { db: database })
      if (existing.some(({ name }) => name === MARKER)) unfinished.add(database)
      for (const { name, uuid } of existing) {
        const collection = this.collections.find((collection) => collection.database === database && collection.name === name)
        if (collection !== undefined) await this.#refuseToLose(collection, uuid, force || unfinished.has(database))
      }
    }
    for (const database of this.#databases) await this.client.db(database).collection(MARKER).updateOne({}, { $set: { startedAt: new Date() } }, { upsert: true })
    return ({ database }) => unfinished.has(database)
  }

  async finish (): Promise<void> {
    for (const database of this.#databases) await this.client.db(database).collection(MARKER).drop()
  }

  async #refuseToLose ({ database, name, uuid }: CollectionInfo, existing: Buffer | undefined, mayReplace: boolean): Promise<void> {
    if (uuid !== undefined && existing?.equals(uuid)) throw new Error(`${database}.${name} is the same collection in the source and the target`)
    if (mayReplace) return
    const document = await this.client.db(database).collection(name).findOne({}, { projection: { _id: 1 } })
    if (document !== null) throw new Error(`the target has documents in ${database}.${name}: use --force to replace them`)
  }
}
