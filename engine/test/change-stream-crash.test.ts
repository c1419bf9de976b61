import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient, type Collection, type ResumeToken } from 'mongodb'
import t from 'tap'
import { openStore } from '../storage/store.js'
import { Supervisor } from '../supervisor.js'
import { temporaryDirectory } from './helper.js'

const ROUNDS = 3
const WRITERS = 6

interface Written { readonly _id: string }

/** Inserts one document after the other until it is stopped, and knows which of them were answered. */
class Writer {
  readonly answered: string[] = []
  readonly #collection: Collection<Written>
  readonly #name: string
  #isStopped = false
  #last = 0

  constructor (collection: Collection<Written>, name: string) {
    this.#collection = collection
    this.#name = name
  }

  async run (onWrite: () => void): Promise<void> {
    this.#isStopped = false
    while (!this.#isStopped) {
      const _id = `${this.#name}-${this.#last++}`
      // Whether what the crash has cut off was done is not known.
      if (await this.#collection.insertOne({ _id }).then(() => true, () => false)) this.answered.push(_id)
      onWrite()
    }
  }

  stop (): void {
    this.#isStopped = true
  }
}

/** Consumes a stream with its commands alone, and begins anew behind the last token whenever it breaks. */
class Consumer {
  readonly told: string[] = []
  restarts = 0
  readonly #collection: Collection<Written>
  #token: ResumeToken
  #isStopped = false

  constructor (collection: Collection<Written>, token: ResumeToken) {
    this.#collection = collection
    this.#token = token
  }

  async run (): Promise<void> {
    while (!this.#isStopped) {
      await this.#consume().catch(() => delay(5))
      this.restarts++
    }
  }

  stop (): void {
    this.#isStopped = true
  }

  async #consume (): Promise<void> {
    const db = this.#collection.db
    const pipeline = [{ $changeStream: { resumeAfter: this.#token } }]
    let { cursor } = await db.command({ aggregate: 'written', pipeline, cursor: {} }, { promoteLongs: false })
    for (;;) {
      for (const { documentKey } of cursor.firstBatch ?? cursor.nextBatch) this.told.push(documentKey._id)
      this.#token = cursor.postBatchResumeToken
      if (this.#isStopped) return
      cursor = (await db.command({ getMore: cursor.id, collection: 'written', maxTimeMS: 20 }, { promoteLongs: false })).cursor
    }
  }
}

t.test('kill -9 while a stream is consumed, time after time: of no answered write the event is missing, and none is told twice', { timeout: 120_000 }, async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const engine = new Supervisor({ dataDirectory, log: () => {}, timing: { pause: 10, longestPause: 10 } })
  await engine.start()
  const client = new MongoClient(engine.uri, { retryWrites: false, retryReads: false, serverSelectionTimeoutMS: 10_000 })
  const collection = client.db('test').collection<Written>('written')
  const opened = await client.db('test').command({ aggregate: 'written', pipeline: [{ $changeStream: {} }], cursor: {} })
  const consumer = new Consumer(collection, opened.cursor.postBatchResumeToken)
  const writers = Array.from({ length: WRITERS }, (_, n) => new Writer(collection, String(n)))
  t.teardown(async () => {
    for (const worker of [consumer, ...writers]) worker.stop()
    await client.close()
    await engine.close()
  })
  const consumed = consumer.run()
  for (let round = 0; round < ROUNDS; round++) {
    const up = once(engine, 'up')
    let untilKill = 50 + Math.floor(100 * Math.random())
    const work = Promise.all(writers.map((writer) => writer.run(() => {
      if (--untilKill === 0) setTimeout(() => process.kill(engine.pid, 'SIGKILL'), 3 * Math.random())
    })))
    await up
    for (const writer of writers) writer.stop()
    await work
  }
  const stored = (await collection.find().toArray()).map(({ _id }) => _id)
  while (consumer.told.length < stored.length) await delay(10)
  consumer.stop()
  await consumed
  const answered = writers.flatMap(({ answered }) => answered)
  t.ok(answered.length > ROUNDS * WRITERS, `${answered.length} writes were answered`)
  t.ok(consumer.restarts > ROUNDS, 'the stream has broken')
  t.same([...consumer.told].sort(), stored.sort(), 'every document once, and no other')
  t.same(answered.filter((id) => !consumer.told.includes(id)), [])
  await client.close()
  await engine.close()
  const store = await openStore(dataDirectory)
  t.same(store.check(), [])
  await store.close()
})
