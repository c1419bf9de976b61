import { once } from 'node:events'
import { MongoClient, type Collection } from 'mongodb'
import t from 'tap'
import { openStore } from '../storage/store.js'
import { Supervisor } from '../supervisor.js'
import { contradictions, Writer, type Written } from './crash-writers.js'
import { temporaryDirectory } from './helper.js'

const ROUNDS = 4
const WRITERS = 16

/** One round: writers at work, the engine killed in the middle, and the engine after it. */
async function crash (engine: Supervisor, writers: readonly Writer[]): Promise<void> {
  const up = once(engine, 'up')
  let untilKill = 100 + Math.floor(200 * Math.random())
  const work = Promise.all(writers.map((writer) => writer.run(() => {
    if (--untilKill === 0) setTimeout(() => process.kill(engine.pid, 'SIGKILL'), 3 * Math.random())
  })))
  await up
  for (const writer of writers) writer.stop()
  await work
}

async function indexedCounts (collection: Collection<Written>): Promise<number[]> {
  const hints = [{ $natural: 1 }, { owner: 1, n: -1 }, { email: 1 }] as const
  return await Promise.all(hints.map(async (hint) => (await collection.find({}, { hint, projection: { _id: 1 } }).toArray()).length))
}

t.test('F-02 kill -9 under 16 writers, time after time: nothing that was answered is missing, and the indexes agree', { timeout: 240_000 }, async (t) => {
  const dataDirectory = await temporaryDirectory(t)
  const engine = new Supervisor({ dataDirectory, log: () => {}, timing: { pause: 10, longestPause: 10 } })
  await engine.start()
  const client = new MongoClient(engine.uri, { maxPoolSize: WRITERS, serverSelectionTimeoutMS: 10_000 })
  const writers: Writer[] = []
  t.teardown(async () => {
    for (const writer of writers) writer.stop()
    await client.close()
    await engine.close()
  })
  const collection = client.db('test').collection<Written>('notes')
  await collection.createIndexes([{ key: { owner: 1, n: -1 } }, { key: { email: 1 }, unique: true }, { key: { tags: 1 } }])
  for (let owner = 0; owner < WRITERS; owner++) writers.push(new Writer(collection, owner))

  for (let round = 1; round <= ROUNDS; round++) {
    await crash(engine, writers)
    const stored = await collection.find().toArray()
    t.strictSame(writers.flatMap(({ refusals }) => refusals), [])
    t.strictSame(contradictions(writers, stored), [], `round ${round}: ${stored.length} documents`)
    t.strictSame(await indexedCounts(collection), Array(3).fill(stored.length))
  }

  await client.close()
  await engine.close()
  const store = await openStore(dataDirectory)
  t.strictSame(store.check(), [], 'documents equal index rows and counters')
  await store.close()
  const total = (count: 'answered' | 'errors'): number => writers.reduce((sum, writer) => sum + writer[count], 0)
  t.ok(total('answered') > ROUNDS * WRITERS, `${total('answered')} writes were answered, ${total('errors')} were not`)
})
