import { setImmediate } from 'node:timers/promises'
import type { Collection, Document, Long } from 'mongodb'
import t, { type Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface Row extends Document { _id: number }

/** A capped collection that holds three documents. */
async function startLog (t: Test, documents: Row[] = [{ _id: 1 }, { _id: 2 }]): Promise<TestEngine & { capped: Collection<Row> }> {
  const engine = await startTestEngine(t)
  const log = await engine.client.db('test').createCollection<Row>('log', { capped: true, size: 100_000, max: 3 })
  if (documents.length > 0) await log.insertMany(documents)
  return { ...engine, capped: log }
}

interface Cursor { id: Long, documents: Row[] }

async function open ({ client }: TestEngine, options: Document = {}): Promise<Cursor> {
  const { cursor } = await client.db('test').command({ find: 'log', tailable: true, awaitData: true, ...options }, { promoteLongs: false })
  return { id: cursor.id, documents: cursor.firstBatch }
}

async function getMore ({ client }: TestEngine, { id }: Cursor, options: Document = {}): Promise<Cursor> {
  const { cursor } = await client.db('test').command({ getMore: id, collection: 'log', ...options }, { promoteLongs: false })
  return { id: cursor.id, documents: cursor.nextBatch }
}

t.test('a tailable cursor stays open at the end, and goes on with what is inserted', async (t) => {
  const engine = await startLog(t)
  const cursor = await open(engine, { awaitData: false })
  t.strictSame(cursor.documents, [{ _id: 1 }, { _id: 2 }])
  t.notOk(cursor.id.isZero())
  t.strictSame((await getMore(engine, cursor)).documents, [], 'it does not wait')
  await t.rejects(getMore(engine, cursor, { maxTimeMS: 0 }), { code: 2 }, 'and cannot be told how long')
  await engine.capped.insertMany([{ _id: 7 }, { _id: 5 }])
  const next = await getMore(engine, cursor)
  t.strictSame(next.documents, [{ _id: 7 }, { _id: 5 }])
  t.ok(next.id.equals(cursor.id))
})

t.test('a getMore that awaits data is answered by the insert', async (t) => {
  const engine = await startLog(t)
  const cursor = await open(engine, { filter: { a: { $ne: 0 } }, projection: { a: 1 } })
  const waiting = getMore(engine, cursor, { maxTimeMS: 600_000 })
  await setImmediate()
  await engine.capped.insertOne({ _id: 3, a: 0 })
  await engine.client.db('test').collection('other').insertOne({ a: 1 })
  await engine.capped.insertOne({ _id: 4, a: 1, b: 2 })
  t.strictSame((await waiting).documents, [{ _id: 4, a: 1 }])
})

t.test('a getMore that awaits data is answered without any when its time is up', async (t) => {
  const engine = await startLog(t)
  const cursor = await open(engine)
  t.strictSame(await getMore(engine, cursor, { maxTimeMS: 20 }), { id: cursor.id, documents: [] })
})

t.test('no document is missed or doubled, however inserts and getMores meet', async (t) => {
  const engine = await startLog(t)
  await engine.client.db('test').command({ collMod: 'log', cappedMax: 0 })
  const cursor = await open(engine)
  const met = cursor.documents.map(({ _id }) => _id)
  const inserting = (async () => {
    for (let _id = 3; _id <= 60; _id++) await engine.capped.insertOne({ _id })
  })()
  while (met.length < 60) met.push(...(await getMore(engine, cursor, { maxTimeMS: 600_000, batchSize: 7 })).documents.map(({ _id }) => _id))
  await inserting
  t.strictSame(met, Array.from({ length: 60 }, (_, at) => at + 1))
})

t.test('a tailable cursor on what is empty or missing is dead', async (t) => {
  const engine = await startLog(t, [])
  t.ok((await open(engine)).id.isZero())
  const later = await open(engine, { batchSize: 0 })
  t.notOk(later.id.isZero())
  t.ok((await getMore(engine, later)).id.isZero())
  const { cursor } = await engine.client.db('test').command({ find: 'missing', tailable: true })
  t.equal(Number(cursor.id), 0)
})

t.test('a tailable cursor that has lost its place fails', async (t) => {
  const engine = await startLog(t)
  const cursor = await open(engine)
  await engine.capped.insertMany([3, 4, 5, 6, 7].map((_id) => ({ _id })))
  await t.rejects(getMore(engine, cursor), { code: 136 })
  await t.rejects(getMore(engine, cursor), { code: 43 })
})

t.test('a wait ends with its cursor, its collection and its session', async (t) => {
  const engine = await startLog(t)
  const db = engine.client.db('test')
  const killed = await open(engine)
  const waiting = getMore(engine, killed, { maxTimeMS: 600_000 })
  const failed = t.rejects(waiting, { code: 237 })
  await setImmediate()
  await db.command({ killCursors: 'log', cursors: [killed.id] })
  await failed
  const dropped = getMore(engine, await open(engine), { maxTimeMS: 600_000 })
  const ended = t.rejects(dropped, { code: 175 })
  await setImmediate()
  await engine.capped.drop()
  await ended
})

t.test('a limit ends a tailable cursor', async (t) => {
  const engine = await startLog(t)
  const cursor = await open(engine, { limit: 3, skip: 1 })
  t.strictSame(cursor.documents, [{ _id: 2 }])
  await engine.capped.insertOne({ _id: 3 })
  t.strictSame((await getMore(engine, cursor)).documents, [{ _id: 3 }])
  await engine.capped.insertOne({ _id: 4 })
  t.ok((await getMore(engine, cursor)).id.isZero())
})

t.test('what cannot be tailed is refused with its code', async (t) => {
  const engine = await startLog(t)
  const db = engine.client.db('test')
  await db.createCollection('view', { viewOn: 'log' })
  await db.createCollection('plain')
  const cases: Array<[command: Document, code: number]> = [
    [{ find: 'plain', tailable: true }, 2], [{ find: 'view', tailable: true }, 168], [{ find: 'log', awaitData: true }, 9],
    [{ find: 'log', tailable: true, singleBatch: true }, 9], [{ find: 'log', tailable: true, sort: { a: 1 } }, 2], [{ find: 'log', tailable: true, sort: { $natural: -1 } }, 2]
  ]
  for (const [command, code] of cases) await t.rejects(db.command(command), { code }, JSON.stringify(command))
  await engine.client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(db.command({ find: 'log', tailable: true }, { session }), { code: 263 })
    await session.abortTransaction().catch(() => {})
  })
})
