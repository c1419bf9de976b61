import type { Db, Document, Long } from 'mongodb'

/** What a change stream has told in one batch. */
export interface EventBatch {
  readonly id: Long
  readonly events: readonly Document[]
  readonly token: Document
}

/** A change stream by the commands alone, so that a test sees each of its batches. */
export class StreamClient {
  readonly collection: string
  readonly opened: EventBatch
  readonly #db: Db

  private constructor (db: Db, cursor: Document) {
    this.#db = db
    this.collection = cursor.ns.slice(cursor.ns.indexOf('.') + 1)
    this.opened = batchOf(cursor)
  }

  /** Opens a stream on a collection, or with 1 on the database. */
  static async open (db: Db, target: string | 1, options: Document = {}, { stages = [], cursor = {} }: { stages?: Document[], cursor?: Document } = {}): Promise<StreamClient> {
    const reply = await db.command({ aggregate: target, pipeline: [{ $changeStream: options }, ...stages], cursor }, { promoteLongs: false })
    return new StreamClient(db, reply.cursor)
  }

  /** The next batch; `maxTimeMS` says for how long it is waited for. */
  async next (options: Document = {}): Promise<EventBatch> {
    const { cursor } = await this.#db.command({ getMore: this.opened.id, collection: this.collection, ...options }, { promoteLongs: false })
    return batchOf(cursor)
  }

  /** So many events, in as many batches as it takes. */
  async take (count: number): Promise<Document[]> {
    const events = [...this.opened.events]
    while (events.length < count) events.push(...(await this.next()).events)
    return events
  }
}

function batchOf ({ id, firstBatch, nextBatch, postBatchResumeToken }: Document): EventBatch {
  return { id, events: firstBatch ?? nextBatch, token: postBatchResumeToken }
}
