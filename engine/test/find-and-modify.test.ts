import { Int32, type Collection, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES, withoutTimes } from './helper.js'

interface World { readonly db: Db, readonly notes: Collection<{ _id: number, n: number }> }

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const notes = db.collection<{ _id: number, n: number }>('notes')
  await notes.insertMany([{ _id: 1, n: 10 }, { _id: 2, n: 30 }, { _id: 3, n: 20 }])
  return { db, notes }
}

t.test('the reply of an update has its members in order', async (t) => {
  const { db } = await start(t)
  const reply = await db.command({ findAndModify: 'notes', query: { _id: 1 }, update: { $inc: { n: 1 } } }, { promoteValues: false })
  t.strictSame(Object.keys(reply), ['lastErrorObject', 'value', 'ok', ...TIMES])
  t.strictSame(Object.entries(reply.lastErrorObject), [['n', new Int32(1)], ['updatedExisting', true]])
  t.strictSame(reply.value, { _id: new Int32(1), n: new Int32(10) })
})

t.test('the reply says when nothing was found', async (t) => {
  const { db } = await start(t)
  t.strictSame(withoutTimes(await db.command({ findAndModify: 'notes', query: { _id: 9 }, update: { $inc: { n: 1 } } })), { lastErrorObject: { n: 0, updatedExisting: false }, value: null, ok: 1 })
  t.strictSame(withoutTimes(await db.command({ findAndModify: 'notes', query: { _id: 9 }, remove: true })), { lastErrorObject: { n: 0 }, value: null, ok: 1 })
  t.match(await db.command({ findandmodify: 'none', query: {}, remove: true }), { value: null })
})

t.test('the reply of an upsert names the new document', async (t) => {
  const { db } = await start(t)
  const upsert = { findAndModify: 'notes', update: { $set: { n: 5 } }, upsert: true }
  t.strictSame(withoutTimes(await db.command({ ...upsert, query: { _id: 8 } })), { lastErrorObject: { n: 1, updatedExisting: false, upserted: 8 }, value: null, ok: 1 })
  t.strictSame(withoutTimes(await db.command({ ...upsert, query: { _id: 9 }, new: true })), { lastErrorObject: { n: 1, updatedExisting: false, upserted: 9 }, value: { _id: 9, n: 5 }, ok: 1 })
})

t.test('the document comes as it was, or as it is', async (t) => {
  const { notes } = await start(t)
  t.strictSame(await notes.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }), { _id: 1, n: 10 })
  t.strictSame(await notes.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' }), { _id: 1, n: 12 })
  t.strictSame(await notes.findOneAndReplace({ _id: 1 }, { n: 0 }, { returnDocument: 'after' }), { _id: 1, n: 0 })
  t.strictSame(await notes.findOneAndDelete({ _id: 1 }), { _id: 1, n: 0 })
  t.equal(await notes.countDocuments(), 2)
})

t.test('a sort says which document is meant', async (t) => {
  const { notes } = await start(t)
  t.match(await notes.findOneAndUpdate({}, { $set: { n: 0 } }, { sort: { n: -1 } }), { _id: 2, n: 30 })
  t.match(await notes.findOneAndDelete({}, { sort: { n: 1 } }), { _id: 2, n: 0 })
  await notes.createIndex({ n: 1 })
  t.match(await notes.findOneAndDelete({}, { sort: { n: -1 } }), { _id: 3, n: 20 })
})

t.test('what comes back is projected', async (t) => {
  const { notes } = await start(t)
  t.strictSame(await notes.findOneAndUpdate({ _id: 1 }, { $set: { x: 1 } }, { projection: { _id: 0, x: 1 }, returnDocument: 'after' }), { x: 1 })
  t.strictSame(await notes.findOneAndDelete({ _id: 1 }, { projection: { n: 1, _id: 0 } }), { n: 10 })
})

t.test('a projection that cannot be is refused before anything is changed', async (t) => {
  const { db, notes } = await start(t)
  await t.rejects(notes.findOneAndUpdate({ _id: 1 }, { $set: { n: 99 } }, { projection: { a: 1, b: 0 } }), { code: 31254 })
  await t.rejects(notes.findOneAndDelete({ _id: 1 }, { projection: { a: 1, b: 0 } }), { code: 31254 })
  await db.collection('lists').insertOne({ _id: 1 as never, list: [1] })
  await t.rejects(db.collection('lists').findOneAndUpdate({ list: 1 }, { $set: { list: [2] } }, { projection: { 'list.$': 1 }, returnDocument: 'after' }), { code: 51246 })
  t.strictSame(await notes.findOne({ _id: 1 }), { _id: 1, n: 10 })
  t.strictSame(await db.collection('lists').findOne(), { _id: 1, list: [1] })
})

t.test('arguments that contradict each other are refused', async (t) => {
  const { db } = await start(t)
  for (const members of [
    {}, { remove: true, update: { a: 1 } }, { remove: true, upsert: true }, { remove: true, new: true }, { remove: true, arrayFilters: [] }
  ]) await t.rejects(db.command({ findAndModify: 'notes', query: {}, ...members }), { code: 9 }, JSON.stringify(members))
})

t.test('what fails is an error of the command', async (t) => {
  const { db, notes } = await start(t)
  await notes.createIndex({ n: 1 }, { unique: true })
  await t.rejects(db.command({ findAndModify: 'notes', query: { _id: 1 }, update: { $set: { n: 30 } } }), { code: 11000, keyValue: { n: 30 } })
  await t.rejects(db.command({ findAndModify: 'notes', query: { $nope: 1 }, remove: true }), { code: 2 })
  await t.rejects(db.command({ findAndModify: 'notes', query: {}, remove: true, nope: 1 }), { code: 40415 })
  await t.rejects(db.command({ findAndModify: 'notes', query: {}, remove: true, hint: 'none' }), { code: 2 })
})
