import type { Collection } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface Note {
  readonly _id: number
  readonly n?: number
  readonly used?: number
  readonly email?: string
  readonly key?: string
  readonly state?: string
}

interface World extends TestEngine { readonly notes: Collection<Note> }

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t, { client: { maxPoolSize: 50 } })
  return { ...engine, notes: engine.client.db('test').collection('notes') }
}

/** Calls all at once. */
function times<Result> (count: number, each: (at: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => each(at)))
}

t.test('20 upserts of one unique key at a time make one document', async (t) => {
  const { notes } = await start(t)
  await notes.createIndex({ email: 1 }, { unique: true })
  const results = await times(20, (at) => notes.updateOne({ email: 'a@b.c' }, { $inc: { n: 1 }, $setOnInsert: { _id: at } }, { upsert: true }))
  t.equal(results.filter(({ upsertedCount }) => upsertedCount === 1).length, 1)
  t.match(await notes.find().toArray(), [{ email: 'a@b.c', n: 20 }])
})

t.test('20 upserts of one _id at a time make one document', async (t) => {
  const { notes } = await start(t)
  await times(20, () => notes.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true }))
  t.strictSame(await notes.find().toArray(), [{ _id: 1, n: 20 }])
})

t.test('an upsert that never matches what it collides with is refused', async (t) => {
  const { notes } = await start(t)
  await notes.createIndex({ email: 1 }, { unique: true })
  await notes.insertOne({ _id: 1, email: 'a' })
  await t.rejects(notes.updateOne({ _id: 2 }, { $set: { email: 'a' } }, { upsert: true }), { code: 11000 })
  t.equal(await notes.countDocuments(), 1)
})

t.test('upserts and deletes of one key at a time leave it once or not at all', async (t) => {
  const { notes, store } = await start(t)
  await notes.createIndex({ key: 1 }, { unique: true })
  await times<unknown>(60, (at) => at % 2 === 0 ? notes.updateOne({ key: 'k' }, { $inc: { n: 1 } }, { upsert: true }) : notes.deleteOne({ key: 'k' }))
  t.ok(await notes.countDocuments() <= 1)
  t.strictSame(store.check(), [])
})

t.test('increments at the same time all count', async (t) => {
  const { notes } = await start(t)
  await notes.insertOne({ _id: 1, n: 0 })
  await times(50, () => notes.updateOne({ n: { $gte: 0 } }, { $inc: { n: 1 } }))
  t.strictSame(await notes.findOne({}), { _id: 1, n: 50 })
})

// Behind few documents a search ends inside the work that changes what it finds, behind many it comes before it.
for (const [how, others] of [['few', 0], ['many', 100]] as const) {
  const addOthers = async (notes: Collection<Note>): Promise<void> => {
    if (others > 0) await notes.insertMany(Array.from({ length: others }, (_, at) => ({ _id: at - others, state: 'other', used: -1 })))
  }

  t.test(`a document is taken from a queue by one alone, behind ${how} others`, async (t) => {
    const { notes } = await start(t)
    await addOthers(notes)
    await notes.insertMany(Array.from({ length: 20 }, (_, _id) => ({ _id, state: 'ready' })))
    const taken = await times(30, () => notes.findOneAndUpdate({ state: 'ready' }, { $set: { state: 'taken' } }, { sort: { _id: 1 } }))
    const ids = taken.flatMap((note) => note?._id ?? [])
    t.strictSame(ids.sort((a, b) => a - b), Array.from({ length: 20 }, (_, _id) => _id))
  })

  t.test(`what is first in an order is looked for anew when somebody has changed it, behind ${how} others`, async (t) => {
    const { notes } = await start(t)
    await addOthers(notes)
    await notes.insertMany(Array.from({ length: 5 }, (_, _id) => ({ _id, used: 0 })))
    await times(25, () => notes.findOneAndUpdate({ used: { $gte: 0 } }, { $inc: { used: 1 } }, { sort: { used: 1, _id: 1 } }))
    t.strictSame((await notes.find({ used: { $gte: 0 } }).toArray()).map(({ used }) => used), [5, 5, 5, 5, 5])
  })

  t.test(`documents are deleted once, behind ${how} others`, async (t) => {
    const { notes } = await start(t)
    await addOthers(notes)
    await notes.insertMany(Array.from({ length: 20 }, (_, _id) => ({ _id, n: 1 })))
    const results = await times(30, () => notes.deleteOne({ n: 1 }))
    t.equal(results.reduce((sum, { deletedCount }) => sum + deletedCount, 0), 20)
  })

  t.test(`an upsert that finds nothing inserts, behind ${how} others`, async (t) => {
    const { notes } = await start(t)
    await addOthers(notes)
    const results = await times(10, (at) => notes.updateOne({ n: at }, { $set: { state: 'new' }, $setOnInsert: { _id: at } }, { upsert: true }))
    t.equal(results.filter(({ upsertedId }) => upsertedId !== null).length, 10)
    t.equal(await notes.countDocuments({ state: 'new' }), 10)
  })
}

t.test('an update of many changes each once, though it moves them on in the index it reads', async (t) => {
  const { notes, store } = await start(t)
  await notes.createIndex({ n: 1 })
  await notes.insertMany(Array.from({ length: 1000 }, (_, _id) => ({ _id, n: _id })))
  const { matchedCount, modifiedCount } = await notes.updateMany({ n: { $gte: 0 } }, { $inc: { n: 250 } }, { hint: 'n_1' })
  t.strictSame([matchedCount, modifiedCount], [1000, 1000])
  t.equal(await notes.countDocuments({ $expr: { $eq: ['$n', { $add: ['$_id', 250] }] } }), 1000)
  t.strictSame(store.check(), [])
})

t.test('a document that no longer matches when its turn comes is left alone', async (t) => {
  const { notes } = await start(t)
  await notes.insertMany(Array.from({ length: 600 }, (_, _id) => ({ _id, state: 'new' })))
  const [changed] = await Promise.all([
    notes.updateMany({ state: 'new' }, { $set: { state: 'old' } }),
    notes.updateMany({ state: 'new', _id: { $gte: 300 } }, { $set: { state: 'other' } })
  ])
  t.equal(await notes.countDocuments({ state: 'old' }), changed.matchedCount)
  t.equal(await notes.countDocuments({ state: 'new' }), 0)
})

t.test('writes to a collection that is dropped at the same time neither fail nor come back', async (t) => {
  const { client, notes, store } = await start(t)
  for (let round = 0; round < 10; round++) {
    await notes.insertMany(Array.from({ length: 100 }, (_, _id) => ({ _id, n: _id < 50 ? 0 : 1 })))
    const writes = times<unknown>(40, (at) => at % 2 === 0 ? notes.updateOne({ n: 1 }, { $inc: { n: 1 } }) : notes.deleteOne({ n: 1 }))
    await client.db('test').command({ ping: 1 })
    await Promise.all([writes, notes.drop()])
    t.strictSame(await client.db('test').listCollections().toArray(), [])
  }
  t.strictSame(store.check(), [])
})

t.test('an upsert into a collection that is dropped at the same time makes it anew', async (t) => {
  const { notes } = await start(t)
  for (let round = 0; round < 5; round++) {
    await notes.insertOne({ _id: 1 })
    await Promise.all([notes.drop(), times(10, () => notes.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { upsert: true }))])
    t.ok(await notes.countDocuments() === 1)
    await notes.drop()
  }
})
