import { Int32, type Collection, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES, withoutTimes } from './helper.js'

interface World { readonly db: Db, readonly notes: Collection<{ _id: number, n: number }> }

/** Ten documents, `n` is 0 in the even ones and 1 in the odd ones. */
async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const notes = db.collection<{ _id: number, n: number }>('notes')
  await notes.insertMany(Array.from({ length: 10 }, (_, _id) => ({ _id, n: _id % 2 })))
  return { db, notes }
}

t.test('an update is answered in order, with 32-bit numbers', async (t) => {
  const { db } = await start(t)
  const reply = await db.command({ update: 'notes', updates: [{ q: { _id: 1 }, u: { $set: { n: 5 } } }] }, { promoteValues: false })
  t.strictSame(Object.keys(reply), ['n', 'nModified', 'ok', ...TIMES])
  t.strictSame([reply.n, reply.nModified], [new Int32(1), new Int32(1)])
})

t.test('what has been upserted is listed by its place', async (t) => {
  const { db } = await start(t)
  const reply = await db.command({ update: 'notes', updates: [{ q: { _id: 1 }, u: { $set: { n: 5 } } }, { q: { _id: 20 }, u: { $set: { n: 6 } }, upsert: true }, { q: { _id: 21 }, u: { n: 7 }, upsert: true }] })
  t.strictSame(Object.keys(reply), ['n', 'upserted', 'nModified', 'ok', ...TIMES])
  t.strictSame(withoutTimes(reply), { n: 3, upserted: [{ index: 1, _id: 20 }, { index: 2, _id: 21 }], nModified: 1, ok: 1 })
})

t.test('an update that changes nothing matches and modifies nothing', async (t) => {
  const { db } = await start(t)
  t.match(await db.command({ update: 'notes', updates: [{ q: { n: 1 }, u: { $set: { n: 1 } }, multi: true }] }), { n: 5, nModified: 0 })
})

t.test('one document is updated unless many are meant', async (t) => {
  const { notes } = await start(t)
  t.match(await notes.updateOne({ n: 0 }, { $set: { n: 7 } }), { matchedCount: 1, modifiedCount: 1, upsertedCount: 0 })
  t.match(await notes.updateMany({ n: 0 }, { $set: { n: 8 } }), { matchedCount: 4, modifiedCount: 4 })
  t.strictSame((await notes.find().toArray()).map(({ n }) => n), [7, 1, 8, 1, 8, 1, 8, 1, 8, 1])
})

t.test('an upsert of many inserts one document when there is none', async (t) => {
  const { notes } = await start(t)
  t.match(await notes.updateMany({ _id: 30, n: 5 }, { $set: { x: 1 } }, { upsert: true }), { matchedCount: 0, upsertedCount: 1, upsertedId: 30 })
  t.match(await notes.updateMany({ n: 5 }, { $set: { x: 1 } }, { upsert: true }), { matchedCount: 1, upsertedCount: 0 })
})

t.test('a replacement takes the place of a document', async (t) => {
  const { notes } = await start(t)
  await notes.replaceOne({ _id: 3 }, { n: 9 })
  t.strictSame(await notes.findOne({ _id: 3 }), { _id: 3, n: 9 })
  await t.rejects(notes.db.command({ update: 'notes', updates: [{ q: {}, u: { n: 1 }, multi: true }] }).then(({ writeErrors }) => { throw writeErrors[0] }), { code: 9 })
})

t.test('a statement sees what those before it have done', async (t) => {
  const { db, notes } = await start(t)
  const statements = Array.from({ length: 300 }, (_, at) => ({ q: { _id: 1, n: at + 1 }, u: { $inc: { n: 1 } } }))
  t.match(await db.command({ update: 'notes', updates: statements }), { n: 300, nModified: 300 })
  t.strictSame(await notes.findOne({ _id: 1 }), { _id: 1, n: 301 })
})

t.test('statements about one and about many take turns', async (t) => {
  const { db, notes } = await start(t)
  const updates = [
    { q: { _id: 0 }, u: { $set: { n: 1 } } },
    { q: { n: 1 }, u: { $inc: { n: 10 } }, multi: true },
    { q: { n: 11 }, u: { $inc: { n: 10 } } },
    { q: { n: 0 }, u: { $set: { n: 50 } }, multi: true }
  ]
  t.match(await db.command({ update: 'notes', updates }), { n: 12, nModified: 12 })
  t.strictSame((await notes.find().toArray()).map(({ n }) => n), [21, 11, 50, 11, 50, 11, 50, 11, 50, 11])
})

t.test('behind a statement that fails none is run, unless the order does not count', async (t) => {
  const { db, notes } = await start(t)
  const updates = [{ q: { _id: 1 }, u: { $set: { n: 2 } } }, { q: { _id: 2 }, u: { $inc: { n: 'x' } } }, { q: { _id: 3 }, u: { $set: { n: 2 } } }]
  const reply = await db.command({ update: 'notes', updates })
  t.match(reply, { n: 1, nModified: 1, writeErrors: [{ index: 1, code: 14 }] })
  t.strictSame(Object.keys(reply), ['n', 'writeErrors', 'nModified', 'ok', ...TIMES])
  t.match(await db.command({ update: 'notes', updates, ordered: false }), { n: 2, nModified: 1, writeErrors: [{ index: 1, code: 14 }] })
  t.equal((await notes.findOne({ _id: 3 }))?.n, 2)
})

t.test('a statement that fails leaves no trace of itself', async (t) => {
  const { db } = await start(t)
  await db.collection('unique').createIndex({ n: 1 }, { unique: true })
  await db.collection('unique').insertMany([{ _id: 1 as never, n: 1 }, { _id: 2 as never, n: 2 }])
  const updates = [{ q: { _id: 1 }, u: { $set: { x: 1 } } }, { q: { _id: 1 }, u: { $set: { n: 2, y: 1 } } }, { q: { _id: 2 }, u: { $set: { x: 2 } } }]
  t.match(await db.command({ update: 'unique', updates, ordered: false }), { n: 2, writeErrors: [{ index: 1, code: 11000, keyValue: { n: 2 } }] })
  t.strictSame(await db.collection('unique').find().toArray(), [{ _id: 1, n: 1, x: 1 }, { _id: 2, n: 2, x: 2 }])
})

t.test('an update of a collection that is not there finds nothing, and makes none', async (t) => {
  const { db } = await start(t)
  t.match(await db.command({ update: 'none', updates: [{ q: {}, u: { $set: { a: 1 } } }, { q: {}, u: { $set: { a: 1 } }, multi: true }] }), { n: 0, nModified: 0 })
  t.strictSame((await db.listCollections().toArray()).map(({ name }) => name), ['notes'])
})

t.test('what a statement may not have is refused before any is run', async (t) => {
  const { db, notes } = await start(t)
  const good = { q: { _id: 1 }, u: { $set: { n: 99 } } }
  for (const [bad, code] of [
    [{ q: {} }, 40414], [{ u: {} }, 40414], [{ q: null, u: { $set: { n: 1 } } }, 40414], [{ q: 1, u: {} }, 14], [{ q: {}, u: {}, nope: 1 }, 40415],
    [{ q: {}, u: 5 }, 14], [{ q: {}, u: {}, collation: { locale: 'fr' } }, 238]
  ] as const) await t.rejects(db.command({ update: 'notes', updates: [good, bad] }), { code }, JSON.stringify(bad))
  t.equal((await notes.findOne({ _id: 1 }))?.n, 1)
})

t.test('the array filters of a statement are its own', async (t) => {
  const { db } = await start(t)
  const lists = db.collection<{ _id: number, list: number[] }>('lists')
  await lists.insertOne({ _id: 1, list: [1, 5, 9] })
  await lists.updateOne({ _id: 1 }, { $inc: { 'list.$[big]': 100 } }, { arrayFilters: [{ big: { $gte: 5 } }] })
  await lists.updateOne({ list: 105 }, { $set: { 'list.$': 0 } })
  t.strictSame(await lists.findOne(), { _id: 1, list: [1, 0, 109] })
})

t.test('an update through a hint reads that index', async (t) => {
  const { notes } = await start(t)
  await notes.createIndex({ n: 1 })
  t.match(await notes.updateMany({ n: 1 }, { $set: { n: 2 } }, { hint: 'n_1' }), { modifiedCount: 5 })
  await t.rejects(notes.updateMany({ n: 1 }, { $set: { n: 2 } }, { hint: 'none' }), { code: 2 })
})
