import { setImmediate } from 'node:timers/promises'
import { Double, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { StreamClient } from './change-stream-client.js'
import { FailPoints } from '../commands/fail-points.js'
import { testCommands } from '../commands/test-commands.js'
import { commands } from '../commands/table.js'
import { startTestEngine, type TestEngine } from './helper.js'
import { connectRaw, message } from './raw-client.js'

/** Longer than any test: who waits so long is woken. */
const LONG = { maxTimeMS: 60_000 }

interface World extends TestEngine { readonly db: Db }

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t, { client: { maxPoolSize: 100 } })
  return { ...engine, db: engine.client.db('test') }
}

/** Resolves when so many are waiting for changes. */
async function waiting ({ store }: TestEngine, count: number): Promise<void> {
  while (store.watchers.count < count) await setImmediate()
}

t.test('who waits is woken by a commit of its scope, and by no other', async (t) => {
  const world = await start(t)
  const { db, store } = world
  const streams = { a: await StreamClient.open(db, 'a'), b: await StreamClient.open(db, 'b'), all: await StreamClient.open(db, 1) }
  const batches = { a: streams.a.next(LONG), b: streams.b.next(LONG), all: streams.all.next(LONG) }
  await waiting(world, 3)
  await db.collection('a').insertOne({ n: 1 })
  t.match((await batches.a).events, [{ fullDocument: { n: 1 } }])
  t.match((await batches.all).events, [{ fullDocument: { n: 1 } }])
  t.equal(store.watchers.count, 1, 'the other one was left alone')
  await db.collection('b').insertOne({ n: 2 })
  t.match((await batches.b).events, [{ fullDocument: { n: 2 } }])
})

t.test('one who waits for a collection that is not there is woken when its database is dropped', async (t) => {
  const world = await start(t)
  const { db } = world
  await db.collection('b').insertOne({})
  const batch = (await StreamClient.open(db, 'a')).next(LONG)
  await waiting(world, 1)
  await db.dropDatabase()
  t.match((await batch).events, [{ operationType: 'dropDatabase' }, { operationType: 'invalidate' }])
})

t.test('nothing is lost between the empty batches of a busy stream', async (t) => {
  const { db } = await start(t)
  const stream = await StreamClient.open(db, 'a')
  const writes = Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 50; n++) await db.collection(n % 2 === 0 ? 'a' : 'b').insertOne({ writer, n })
  }))
  const told: Document[] = []
  while (told.length < 8 * 25) told.push(...(await stream.next({ maxTimeMS: told.length % 2 })).events)
  await writes
  const expected = Array.from({ length: 8 }, (_, writer) => Array.from({ length: 25 }, (_, n) => `${writer}/${2 * n}`)).flat()
  t.same(told.map(({ fullDocument: { writer, n } }) => `${writer}/${n}`).sort(), expected.sort())
})

t.test('a cursor that is killed ends who waits on it', async (t) => {
  const world = await start(t)
  const stream = await StreamClient.open(world.db, 'a')
  const batch = stream.next(LONG)
  batch.catch(() => {})
  await waiting(world, 1)
  await world.db.command({ killCursors: 'a', cursors: [stream.opened.id] })
  await t.rejects(batch, { code: 237 })
  t.equal(world.store.watchers.count, 0)
})

t.test('killOp ends who waits', async (t) => {
  const world = await start(t)
  const batch = (await StreamClient.open(world.db, 'a')).next(LONG)
  batch.catch(() => {})
  await waiting(world, 1)
  const admin = world.client.db('admin')
  const { inprog: [{ opid }] } = await admin.command({ currentOp: 1, 'command.getMore': { $exists: true } })
  await admin.command({ killOp: 1, op: opid })
  await t.rejects(batch, { code: 11601 })
})

t.test('nobody waits on behalf of a client that has gone', async (t) => {
  const world = await start(t)
  const stream = await StreamClient.open(world.db, 'a')
  const raw = await connectRaw(t, `${world.directory}/engine.sock`)
  raw.send(message({ getMore: stream.opened.id, collection: 'a', maxTimeMS: new Double(60_000), $db: 'test' }))
  await waiting(world, 1)
  raw.socket.destroy()
  while (world.store.watchers.count > 0) await setImmediate()
  t.equal(world.store.watchers.count, 0)
})

t.test('a server that closes ends who waits', async (t) => {
  const world = await start(t)
  const batch = (await StreamClient.open(world.db, 'a')).next(LONG)
  batch.catch(() => {})
  await waiting(world, 1)
  await world.server.close()
  await t.rejects(batch, { code: 11600 })
})

t.test('many open streams of other collections are not looked at by a write', async (t) => {
  const world = await start(t)
  const { db, store } = world
  const others = await Promise.all(Array.from({ length: 50 }, async (_, n) => await StreamClient.open(db, `other${n}`)))
  const batches = others.map((stream) => stream.next(LONG))
  await waiting(world, 50)
  for (let n = 0; n < 20; n++) await db.collection('a').insertOne({ n })
  t.equal(store.watchers.count, 50)
  await Promise.all(others.map(async (_, n) => await db.collection(`other${n}`).insertOne({})))
  t.same((await Promise.all(batches)).map(({ events }) => events.length), Array(50).fill(1))
})

t.test('an error from which a stream can be resumed says so, and only that of a stream', async (t) => {
  const { client } = await startTestEngine(t, { commands: [...commands, ...testCommands], failPoints: new FailPoints() })
  const db = client.db('test')
  await db.collection('a').insertMany([{}, {}])
  const fail = async (errorCode: number): Promise<Document> => await client.db('admin').command({
    configureFailPoint: 'failGetMoreAfterCursorCheckout', mode: { times: 1 }, data: { errorCode }
  })
  for (const [errorCode, errorLabels] of [[91, ['ResumableChangeStreamError']], [234, ['ResumableChangeStreamError']], [216, undefined]] as const) {
    const stream = await StreamClient.open(db, 'a')
    await fail(errorCode)
    const error = await stream.next().catch((error: unknown) => error)
    t.match(error, { code: errorCode, errorResponse: { errorLabels } })
    await t.rejects(stream.next(), { code: 43 })
  }
  const { cursor } = await db.command({ find: 'a', batchSize: 1 })
  await fail(91)
  const error = await db.command({ getMore: cursor.id, collection: 'a' }).catch((error: unknown) => error)
  t.match(error, { code: 91, errorResponse: { errorLabels: undefined } })
})
