import { Binary, Long, type Collection, type FindOptions } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface World extends TestEngine { readonly numbers: Collection<{ _id: number }> }

/** A collection of so many documents, whose `_id` counts from 0. */
async function start (t: Test, count = 250): Promise<World> {
  const engine = await startTestEngine(t)
  const numbers = engine.client.db('test').collection<{ _id: number }>('numbers')
  await numbers.insertMany(Array.from({ length: count }, (_, _id) => ({ _id })))
  return { ...engine, numbers }
}

const TYPED = { promoteValues: false, promoteLongs: false } as const

t.test('a first batch has 101 documents, a later one as many as there are', async (t) => {
  const { client } = await start(t)
  const db = client.db('test')
  const { cursor } = await db.command({ find: 'numbers' })
  t.equal(cursor.firstBatch.length, 101)
  const next = await db.command({ getMore: cursor.id, collection: 'numbers' })
  t.equal(next.cursor.nextBatch.length, 149)
  t.equal(Number(next.cursor.id), 0)
})

t.test('a reply has its members in order, and a cursor id of 64 bits even if there is no cursor', async (t) => {
  const { client } = await start(t, 3)
  const db = client.db('test')
  const { cursor, ok } = await db.command({ find: 'numbers', batchSize: 2 }, TYPED)
  t.strictSame(Object.keys(cursor), ['firstBatch', 'id', 'ns'])
  t.equal(cursor.ns, 'test.numbers')
  t.equal(ok._bsontype, 'Double')
  const next = await db.command({ getMore: cursor.id, collection: 'numbers' }, TYPED)
  t.strictSame(Object.keys(next.cursor), ['nextBatch', 'id', 'ns'])
  t.strictSame(next.cursor.id, Long.ZERO)
})

t.test('a batch of no documents opens a cursor', async (t) => {
  const { client } = await start(t, 3)
  const db = client.db('test')
  const { cursor } = await db.command({ find: 'numbers', batchSize: 0 })
  t.strictSame(cursor.firstBatch, [])
  t.not(Number(cursor.id), 0)
  const next = await db.command({ getMore: cursor.id, collection: 'numbers', batchSize: 0 })
  t.equal(next.cursor.nextBatch.length, 3)
})

t.test('a cursor ends with the batch that reaches its limit', async (t) => {
  const { client } = await start(t)
  const db = client.db('test')
  const { cursor } = await db.command({ find: 'numbers', limit: 4, batchSize: 2 })
  const next = await db.command({ getMore: cursor.id, collection: 'numbers', batchSize: 2 })
  t.strictSame([cursor.firstBatch.length, next.cursor.nextBatch.length, Number(next.cursor.id)], [2, 2, 0])
})

t.test('a single batch leaves no cursor', async (t) => {
  const { client } = await start(t)
  const { cursor } = await client.db('test').command({ find: 'numbers', batchSize: 5, singleBatch: true })
  t.strictSame([cursor.firstBatch.length, Number(cursor.id)], [5, 0])
})

t.test('skip and limit cut a part out of the order', async (t) => {
  const { numbers } = await start(t)
  const part = await numbers.find({}).sort({ _id: -1 }).skip(5).limit(3).toArray()
  t.strictSame(part, [{ _id: 244 }, { _id: 243 }, { _id: 242 }])
  t.strictSame(await numbers.find({}).skip(249).batchSize(2).toArray(), [{ _id: 249 }])
  t.strictSame(await numbers.find({}).skip(999).toArray(), [])
})

t.test('a sort without an index keeps what skip and limit need', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection<{ _id: number, n: number }>('notes')
  await notes.insertMany(Array.from({ length: 300 }, (_, _id) => ({ _id, n: (_id * 7) % 300 })))
  const found = await notes.find({ n: { $gte: 10 } }, { batchSize: 3 }).sort({ n: 1 }).skip(2).limit(7).toArray()
  t.strictSame(found.map(({ n }) => n), [12, 13, 14, 15, 16, 17, 18])
})

t.test('what is projected is answered', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection('notes')
  await notes.insertOne({ _id: 1 as never, a: 1, b: { c: 2, d: 3 } })
  t.strictSame(await notes.findOne({}, { projection: { 'b.c': 1, _id: 0 } }), { b: { c: 2 } })
  t.strictSame(await notes.findOne({}, { projection: {} }), { _id: 1, a: 1, b: { c: 2, d: 3 } })
})

t.test('batches hold 16 MiB at most, though never nothing', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const megabytes = (count: number): Buffer => Buffer.alloc(count * 1024 * 1024 - 100)
  await db.collection('large').insertMany([{ data: megabytes(9) }, { data: megabytes(6) }, { data: megabytes(16) }, { data: megabytes(1) }])
  const { cursor } = await db.command({ find: 'large' })
  t.equal(cursor.firstBatch.length, 2)
  const next = await db.command({ getMore: cursor.id, collection: 'large' })
  t.equal(next.cursor.nextBatch.length, 1)
  const last = await db.command({ getMore: cursor.id, collection: 'large' })
  t.strictSame([last.cursor.nextBatch.length, Number(last.cursor.id)], [1, 0])
})

t.test('what is asked of a collection that is not there is nothing', async (t) => {
  const { client } = await startTestEngine(t)
  const { cursor } = await client.db('test').command({ find: 'none', batchSize: 0, hint: 'whatever' })
  t.strictSame([cursor.firstBatch, Number(cursor.id), cursor.ns], [[], 0, 'test.none'])
})

t.test('arguments that cannot be are refused', async (t) => {
  const { client } = await start(t, 1)
  const db = client.db('test')
  for (const [members, code] of [
    [{ skip: -1 }, 51024], [{ limit: -1 }, 51024], [{ batchSize: -1 }, 51024], [{ filter: 1 }, 14], [{ sort: { a: 2 } }, 15975],
    [{ filter: { a: { $nope: 1 } } }, 2], [{ projection: { a: 1, b: 0 } }, 31254], [{ nope: 1 }, 40415], [{ hint: 1 }, 14],
    [{ sort: { $natural: 1, a: 1 } }, 2]
  ] as const) await t.rejects(db.command({ find: 'numbers', ...members }), { code }, JSON.stringify(members))
})

t.test('options that are not implemented are refused, unless they ask for nothing', async (t) => {
  const { client } = await start(t, 1)
  const db = client.db('test')
  await t.rejects(db.command({ find: 'numbers', collation: { locale: 'de' } }), { code: 238 })
  const nothing = { tailable: false, awaitData: false, returnKey: false, showRecordId: false, min: {}, max: {}, collation: { locale: 'simple' }, allowDiskUse: true, noCursorTimeout: true }
  t.equal((await db.command({ find: 'numbers', ...nothing })).cursor.firstBatch.length, 1)
})

t.test('min and max are the first key of an index that is read, and the first that is not', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection<{ _id: number }>('pairs')
  await collection.insertMany([0, 1, 2, 3, 4, 5].map((_id) => ({ _id, a: _id % 2, b: -_id })))
  await collection.createIndex({ a: 1, b: -1 })
  const found = async (options: FindOptions): Promise<number[]> => (await collection.find({}, options).toArray()).map(({ _id }) => _id)
  t.strictSame(await found({ hint: { _id: 1 }, min: { _id: 2 }, max: { _id: 4 } }), [2, 3])
  t.strictSame(await found({ hint: { _id: 1 }, max: { _id: 2 }, sort: { _id: -1 } }), [1, 0])
  t.strictSame(await found({ hint: { a: 1, b: -1 }, min: { a: 0, b: -2 }, max: { a: 1, b: -3 } }), [2, 4, 1])
  for (const [options, code] of [
    [{ min: { _id: 1 } }, 51173], [{ hint: { $natural: 1 }, min: { _id: 1 } }, 51173], [{ hint: { _id: 1 }, min: { a: 1 } }, 51174],
    [{ hint: { a: 1, b: -1 }, max: { a: 1 } }, 51174], [{ hint: { _id: 1 }, min: { _id: 3 }, max: { _id: 3 } }, 51175]
  ] as const) await t.rejects(found(options), { code }, JSON.stringify(options))
})

t.test('returnKey gives the key of the index that was used, showRecordId the place of the document', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const collection = db.collection<{ _id: number }>('pairs')
  await collection.insertMany([{ _id: 1, a: { b: 7 } }, { _id: 2 }, { _id: 3, tags: [1, 2] }] as Array<{ _id: number }>)
  await collection.createIndexes([{ key: { 'a.b': 1, _id: 1 } }, { key: { tags: 1 } }, { key: { a: 'hashed' } }])
  t.same(await collection.find({ _id: { $gt: 1 } }, { returnKey: true }).toArray(), [{ _id: 2 }, { _id: 3 }])
  t.same(await collection.find({ _id: { $in: [1] } }, { returnKey: true }).toArray(), [{ _id: 1 }])
  t.same(await collection.find({}, { hint: 'a.b_1__id_1', returnKey: true, showRecordId: true }).toArray(), [{ 'a.b': null, _id: 2 }, { 'a.b': null, _id: 3 }, { 'a.b': 7, _id: 1 }])
  t.same(await collection.find({}, { returnKey: true }).toArray(), [{}, {}, {}])
  const [first, second] = await collection.find({}, { showRecordId: true, projection: { _id: 1 }, limit: 2 }).toArray()
  t.match([first, second], [{ _id: 1, $recordId: Binary }, { _id: 2, $recordId: Binary }])
  for (const hint of ['tags_1', 'a_hashed']) await t.rejects(collection.find({}, { hint, returnKey: true }).toArray(), { code: 238 })
  await t.rejects(collection.find({}, { hint: 'a_hashed', min: { a: 1 } }).toArray(), { code: 238 })
  await db.createCollection('view', { viewOn: 'pairs' })
  await t.rejects(db.collection('view').find({}, { showRecordId: true }).toArray(), { code: 238 })
})
