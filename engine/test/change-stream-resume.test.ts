import { MongoClient, Timestamp, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { commands } from '../commands/table.js'
import { createServer } from '../server.js'
import { RETENTION } from '../storage/history.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, temporaryDirectory } from './helper.js'
import { StreamClient } from './change-stream-client.js'

async function start (t: Test): Promise<Db> {
  const { client } = await startTestEngine(t)
  return client.db('test')
}

async function insertAll (db: Db, ...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) await db.collection('a').insertOne({ n })
}

function numbers (events: readonly Document[]): number[] {
  return events.map(({ fullDocument }) => fullDocument.n)
}

t.test('a stream goes on behind any event of an earlier one, and behind the token of any batch', async (t) => {
  const db = await start(t)
  const first = await StreamClient.open(db, 'a')
  await insertAll(db, 1, 2, 3)
  const { events, token } = await first.next()
  await insertAll(db, 4)
  for (const [index, { _id }] of events.entries()) {
    for (const name of ['resumeAfter', 'startAfter']) t.same(numbers(await (await StreamClient.open(db, 'a', { [name]: _id })).take(3 - index)), [2, 3, 4].slice(index))
  }
  t.same(numbers(await (await StreamClient.open(db, 'a', { resumeAfter: token })).take(1)), [4])
  t.same(numbers(await (await StreamClient.open(db, 'a', { resumeAfter: first.opened.token })).take(4)), [1, 2, 3, 4])
})

t.test('a stream goes on inside of a batch and inside of a transaction', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const stream = await StreamClient.open(db, 'a')
  await client.withSession(async (session) => await session.withTransaction(async () => {
    await db.collection('a').insertMany([1, 2, 3].map((n) => ({ n })), { session })
  }))
  const { events, token } = await stream.next({ batchSize: 1 })
  t.same(numbers(events), [1])
  t.same(token, events[0]._id)
  const resumed = await StreamClient.open(db, 'a', { resumeAfter: token })
  t.same(numbers(await resumed.take(2)), [2, 3])
})

t.test('a stream begins at a time, with what happened at that very time', async (t) => {
  const db = await start(t)
  const stream = await StreamClient.open(db, 'a')
  await insertAll(db, 1, 2, 3)
  const [, { clusterTime }] = await stream.take(3)
  t.same(numbers(await (await StreamClient.open(db, 'a', { startAtOperationTime: clusterTime })).take(2)), [2, 3])
  t.same(numbers(await (await StreamClient.open(db, 'a', { startAtOperationTime: new Timestamp({ t: 1, i: 0 }) })).take(3)), [1, 2, 3])
  const later = await StreamClient.open(db, 'a', { startAtOperationTime: new Timestamp({ t: clusterTime.t + 3600, i: 1 }) })
  t.same((await later.next({ maxTimeMS: 1 })).events, [])
})

t.test('tokens of empty batches grow with what others write, and lose nothing', async (t) => {
  const db = await start(t)
  const stream = await StreamClient.open(db, 'a')
  const tokens = [stream.opened.token]
  for (let n = 0; n < 3; n++) {
    await db.collection('b').insertOne({})
    const { events, token } = await stream.next({ maxTimeMS: 1 })
    t.same(events, [])
    tokens.push(token)
  }
  const data = tokens.map(({ _data }) => _data)
  t.same([...new Set(data)].sort(), data)
  await insertAll(db, 1)
  for (const token of tokens) t.same(numbers(await (await StreamClient.open(db, 'a', { resumeAfter: token })).take(1)), [1])
})

t.test('behind an invalidation a stream can be started, not resumed; behind the drop it is told first', async (t) => {
  const db = await start(t)
  await insertAll(db, 1)
  const stream = await StreamClient.open(db, 'a')
  await db.dropCollection('a')
  const { events: [drop, invalidate] } = await stream.next()
  await insertAll(db, 2)
  await t.rejects(StreamClient.open(db, 'a', { resumeAfter: invalidate._id }), { code: 260 })
  t.same(numbers(await (await StreamClient.open(db, 'a', { startAfter: invalidate._id })).take(1)), [2])
  const behindDrop = await StreamClient.open(db, 'a', { resumeAfter: drop._id })
  t.same(behindDrop.opened.events.map(({ operationType }) => operationType), ['invalidate'])
  t.equal(Number(behindDrop.opened.id), 0)
})

t.test('an event of another stream is no place to go on from', async (t) => {
  const db = await start(t)
  const stream = await StreamClient.open(db, 'b')
  await db.collection('b').insertOne({})
  const [{ _id }] = await stream.take(1)
  await t.rejects(StreamClient.open(db, 'a', { resumeAfter: _id }), { code: 280, errorLabels: ['NonResumableChangeStreamError'] })
})

t.test('a stream that comes too late is told that its history is gone: when it is opened, and when it goes on', async (t) => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory, { retention: { ...RETENTION, bytes: 20_000 } })
  const server = createServer({ store, commands, log: () => {} })
  await server.listen({ path: `${directory}/engine.sock` })
  const client = new MongoClient(`mongodb://${encodeURIComponent(`${directory}/engine.sock`)}/test?directConnection=true`)
  t.teardown(async () => {
    await client.close()
    await server.close()
    await store.close()
  })
  const db = client.db('test')
  const stream = await StreamClient.open(db, 'a')
  await insertAll(db, 1)
  const { events: [{ _id, clusterTime }] } = await stream.next()
  const gone = { code: 286, errorLabels: ['NonResumableChangeStreamError'] }
  for (let n = 0; n < 40; n++) await db.collection('b').insertOne({ text: 'x'.repeat(1000) })
  await store.maintenance.trimHistory()
  for (const options of [{ resumeAfter: _id }, { startAfter: _id }, { startAtOperationTime: clusterTime }]) {
    await t.rejects(StreamClient.open(db, 'a', options), gone)
  }
  await t.rejects(stream.next(), gone)
  const now = await StreamClient.open(db, 'a')
  await insertAll(db, 2)
  t.same(numbers(await now.take(1)), [2])
})
