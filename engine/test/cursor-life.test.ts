import { Long, type Collection, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES } from './helper.js'

interface World { readonly db: Db, readonly numbers: Collection<{ _id: number, n?: number }> }

async function start (t: Test, count = 300): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const numbers = db.collection<{ _id: number, n?: number }>('numbers')
  await numbers.createIndex({ n: 1 })
  await numbers.insertMany(Array.from({ length: count }, (_, _id) => ({ _id, n: _id })))
  return { db, numbers }
}

t.test('a cursor that was killed is not found', async (t) => {
  const { db } = await start(t)
  const { cursor: { id } } = await db.command({ find: 'numbers' })
  const reply = await db.command({ killCursors: 'numbers', cursors: [id, Long.fromNumber(5)] })
  t.strictSame(Object.keys(reply), ['cursorsKilled', 'cursorsNotFound', 'cursorsAlive', 'cursorsUnknown', 'ok', ...TIMES])
  t.strictSame([Number(reply.cursorsKilled[0]), Number(reply.cursorsNotFound[0])], [Number(id), 5])
  await t.rejects(db.command({ getMore: id, collection: 'numbers' }), { code: 43 })
})

t.test('a cursor is killed by numbers of 64 bits alone', async (t) => {
  const { db } = await start(t)
  await t.rejects(db.command({ killCursors: 'numbers', cursors: [5] }), { code: 14 })
  await t.rejects(db.command({ killCursors: 'numbers' }), { code: 40414 })
})

t.test('a cursor that is read to its end is gone', async (t) => {
  const { db } = await start(t)
  const { cursor: { id } } = await db.command({ find: 'numbers' })
  await db.command({ getMore: id, collection: 'numbers' })
  await t.rejects(db.command({ getMore: id, collection: 'numbers' }), { code: 43 })
})

t.test('a cursor goes on from one command to the next', async (t) => {
  const { db } = await start(t)
  const { cursor } = await db.command({ find: 'numbers', filter: { n: { $gte: 100 } }, batchSize: 10 })
  const { cursor: next } = await db.command({ getMore: cursor.id, collection: 'numbers', batchSize: 5 })
  t.strictSame(next.nextBatch.map(({ n }: { n: number }) => n), [110, 111, 112, 113, 114])
})

t.test('a getMore takes what MongoDB takes', async (t) => {
  const { db } = await start(t)
  const { cursor: { id } } = await db.command({ find: 'numbers', batchSize: 1 })
  await t.rejects(db.command({ getMore: id, collection: 'numbers', nope: 1 }), { code: 40415 })
  await t.rejects(db.command({ getMore: id, collection: 'numbers', term: 1 }), { code: 238 })
  await t.rejects(db.command({ getMore: 5, collection: 'numbers' }), { code: 14 })
  await t.rejects(db.command({ getMore: id, collection: 'others' }), { code: 13 })
  await db.command({ getMore: id, collection: 'numbers' })
})

for (const [hint, name] of [['_id_', 'the collection'], ['n_1', 'an index']] as const) {
  t.test(`a cursor over ${name} goes on where it was while documents come and go`, async (t) => {
    const { numbers } = await start(t, 20)
    const cursor = numbers.find({ n: { $gte: 0 } }, { hint, batchSize: 5 })
    const seen: number[] = []
    for (let at = 0; at < 5; at++) seen.push((await cursor.next())!._id)
    await numbers.deleteMany({ _id: { $in: [3, 4, 5, 6] } }) // among them the document it stands at
    await numbers.insertMany([{ _id: 100, n: 100 }, { _id: -1, n: -1 }])
    for await (const { _id } of cursor) seen.push(_id)
    t.strictSame(seen, [0, 1, 2, 3, 4, ...Array.from({ length: 13 }, (_, at) => at + 7), 100])
  })
}

t.test('a sorted cursor keeps what it had found', async (t) => {
  const { numbers } = await start(t, 20)
  const cursor = numbers.find({}, { batchSize: 5, projection: { n: 1 } }).sort({ missing: 1, n: -1 })
  const first = await cursor.next()
  await numbers.deleteMany({})
  t.equal(first?._id, 19)
  t.equal((await cursor.toArray()).length, 19)
})

t.test('a cursor over a collection that was dropped is killed', async (t) => {
  const { db, numbers } = await start(t)
  const { cursor: { id } } = await db.command({ find: 'numbers' })
  await numbers.drop()
  await numbers.insertOne({ _id: 1 })
  await t.rejects(db.command({ getMore: id, collection: 'numbers' }), { code: 175, codeName: 'QueryPlanKilled' })
  await t.rejects(db.command({ getMore: id, collection: 'numbers' }), { code: 43 })
})

t.test('a cursor over an index that was dropped is killed', async (t) => {
  const { db, numbers } = await start(t)
  const { cursor: { id } } = await db.command({ find: 'numbers', filter: { n: { $gte: 0 } } })
  const { cursor: other } = await db.command({ find: 'numbers' })
  await numbers.dropIndex('n_1')
  await t.rejects(db.command({ getMore: id, collection: 'numbers' }), { code: 175 })
  t.equal((await db.command({ getMore: other.id, collection: 'numbers' })).cursor.nextBatch.length, 199)
})

t.test('a cursor over several values of an index goes on inside of each', async (t) => {
  const { numbers } = await start(t, 30)
  await numbers.createIndex({ parity: 1, n: -1 })
  for (const parity of [0, 1, 2]) await numbers.updateMany({ n: { $mod: [3, parity] } }, { $set: { parity } })
  const all = await numbers.find({ parity: { $in: [0, 2] } }, { hint: 'parity_1_n_-1' }).toArray()
  const paged = await numbers.find({ parity: { $in: [0, 2] } }, { hint: 'parity_1_n_-1', batchSize: 3 }).toArray()
  t.equal(all.length, 20)
  t.strictSame(paged, all)
  const merged = await numbers.find({ parity: { $in: [0, 2] } }, { batchSize: 3 }).sort({ n: 1 }).toArray()
  t.strictSame(merged.map(({ n }) => n), all.map(({ n }) => n!).sort((a, b) => a - b))
})
