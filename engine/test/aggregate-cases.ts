import { EJSON, serialize } from 'bson'
import type { Collection, Db, Document, MongoServerError } from 'mongodb'
import type { Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

/** Collections of one engine, each with a name of its own. */
export class Aggregations {
  readonly db: Db
  readonly engine: TestEngine
  #collections = 0

  constructor (engine: TestEngine) {
    this.engine = engine
    // Nothing is promoted, so that results keep their types.
    this.db = engine.client.db('test', { promoteValues: false })
  }

  async collection (documents: Document[]): Promise<Collection> {
    const collection = this.db.collection(`c${++this.#collections}`)
    if (documents.length > 0) await collection.insertMany(documents)
    return collection
  }

  /** What a pipeline makes of some documents. */
  async run (documents: Document[], pipeline: Document[]): Promise<Document[]> {
    const collection = await this.collection(documents)
    return await collection.aggregate(pipeline).toArray()
  }

  /** The code of the error that a pipeline fails with. */
  async code (documents: Document[], pipeline: Document[]): Promise<number | string> {
    return await this.run(documents, pipeline).then((found) => `gave ${EJSON.stringify(found)}`, (error: MongoServerError) => Number(error.code))
  }
}

export async function startAggregations (t: Test): Promise<Aggregations> {
  return new Aggregations(await startTestEngine(t))
}

/** Compares documents as BSON: types and the order of fields count. */
export function sameBson (t: Test, found: readonly Document[], expected: readonly Document[], title?: string): void {
  t.strictSame(found.map(hex), expected.map(hex), `${title ?? 'same bytes'}: ${EJSON.stringify(found, { relaxed: false })}`)
}

function hex (document: Document): string {
  return Buffer.from(serialize(document)).toString('hex')
}
