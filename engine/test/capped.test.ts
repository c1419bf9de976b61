import type { Document } from 'mongodb'
import fc from './random.js'
import t from 'tap'
import { serialize } from 'bson'
import { startTestEngine } from './helper.js'

interface Row extends Document { _id: number }

const ids = (documents: Row[]): number[] => documents.map(({ _id }) => _id)

t.test('a capped collection keeps the order of insertion and removes the oldest', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const log = await db.createCollection<Row>('log', { capped: true, size: 100_000, max: 3 })
  await log.insertMany([5, 1, 4, 2].map((_id) => ({ _id })))
  t.strictSame(ids(await log.find().toArray()), [1, 4, 2])
  t.strictSame(ids(await log.find().sort({ $natural: -1 }).toArray()), [2, 4, 1])
  t.strictSame(ids(await log.find().sort({ _id: 1 }).toArray()), [1, 2, 4])
  t.strictSame(ids(await log.find({ _id: { $in: [5, 2, 1] } }).sort({ $natural: 1 }).toArray()), [1, 2])
  await t.rejects(log.insertOne({ _id: 4 }), { code: 11000 })
  await log.insertOne({ _id: 5 })
  t.strictSame(ids(await log.find().toArray()), [4, 2, 5], 'an id that is gone can come again')
  t.strictSame(store.check(), [])
})

t.test('a capped collection is found by its `_id` and other indexes', async (t) => {
  const { client, store } = await startTestEngine(t)
  const log = await client.db('test').createCollection<Row>('log', { capped: true, size: 4096 })
  await log.createIndex({ a: 1 })
  await log.insertMany(Array.from({ length: 200 }, (_, n) => ({ _id: 1000 - n, a: n % 3 })))
  const count = await log.estimatedDocumentCount()
  t.ok(count < 200 && count > 50)
  t.match(await log.find({ _id: 801 }).explain('executionStats'), { executionStats: { nReturned: 1, totalKeysExamined: 1 } })
  t.equal(await log.countDocuments({ a: 1 }, { hint: 'a_1' }), (await log.find().toArray()).filter(({ a }) => a === 1).length)
  t.strictSame(store.check(), [])
})

t.test('documents of a capped collection may grow and be deleted, and no number comes twice', async (t) => {
  const { client, store } = await startTestEngine(t)
  const log = await client.db('test').createCollection<Row>('log', { capped: true, size: 1000 })
  await log.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }])
  await log.updateOne({ _id: 2 }, { $set: { text: 'x'.repeat(900) } })
  t.strictSame(ids(await log.find().toArray()), [1, 2, 3])
  await log.deleteOne({ _id: 3 })
  await log.insertOne({ _id: 4, text: 'x'.repeat(100) })
  t.strictSame(ids(await log.find().toArray()), [4], 'what does not fit goes, in order')
  await t.rejects(log.updateOne({ _id: 4 }, { $set: { _id: 5 } }), { code: 66 })
  t.equal((await log.deleteMany({})).deletedCount, 1)
  t.strictSame(store.check(), [])
})

t.test('a capped collection is described as such, and its limits can be changed', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const log = await db.createCollection<Row>('log', { capped: true, size: 5000, max: 10 })
  t.equal(await log.isCapped(), true)
  t.match(await db.command({ collStats: 'log' }), { capped: true, max: 10, maxSize: 5000 })
  t.match(await db.listCollections().toArray(), [{ type: 'collection', options: { capped: true, size: 5000, max: 10 }, idIndex: { name: '_id_' } }])
  await db.createCollection('log', { capped: true, size: 5000, max: 10 })
  await t.rejects(db.createCollection('log', { capped: true, size: 5001, max: 10 }), { code: 48 })
  await log.insertMany([1, 2, 3, 4].map((_id) => ({ _id })))
  await db.command({ collMod: 'log', cappedMax: 2, cappedSize: 6000 })
  await log.insertOne({ _id: 5 })
  t.strictSame(ids(await log.find().toArray()), [4, 5])
  await db.command({ collMod: 'log', cappedMax: 0 })
  t.strictSame((await db.listCollections({}, { nameOnly: false }).toArray()).map(({ options }) => options), [{ capped: true, size: 6000 }])
  await t.rejects(db.command({ collMod: 'log', expireAfterSeconds: 5 }), { code: 72 })
  await db.createCollection('plain')
  await t.rejects(db.command({ collMod: 'plain', cappedSize: 5 }), { code: 72 })
})

t.test('what is too much after the limits were lowered goes with the next inserts', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const log = await db.createCollection<Row>('log', { capped: true, size: 1_000_000 })
  await log.insertMany(Array.from({ length: 1500 }, (_, _id) => ({ _id })))
  await db.command({ collMod: 'log', cappedMax: 2 })
  await log.insertOne({ _id: 1500 })
  t.equal(await log.estimatedDocumentCount(), 501)
  await log.insertOne({ _id: 1501 })
  t.strictSame(ids(await log.find().toArray()), [1500, 1501])
  t.strictSame(store.check(), [])
})

t.test('a capped collection that cannot be is refused with its code', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const cases: Array<[options: Document, code: number]> = [
    [{ capped: true }, 72], [{ size: 5 }, 72], [{ max: 5 }, 72], [{ capped: false, size: 5 }, 72], [{ capped: true, size: 0 }, 51024],
    [{ capped: true, size: 2 ** 51 }, 2], [{ capped: true, size: 5, max: 2 ** 31 }, 2], [{ capped: true, size: 5, timeseries: { timeField: 't' } }, 72],
    [{ capped: true, size: 5, expireAfterSeconds: 1 }, 72], [{ capped: true, size: 5, viewOn: 'x' }, 72]
  ]
  for (const [options, code] of cases) await t.rejects(db.command({ create: 'log', ...options }), { code }, JSON.stringify(options))
  const log = await db.createCollection('log', { capped: true, size: 5000 })
  await t.rejects(log.createIndex({ at: 1 }, { expireAfterSeconds: 1 }), { code: 67 })
  await t.rejects(log.insertOne({ text: 'x'.repeat(5000) }), { code: 2 })
  await t.rejects(db.aggregate([{ $documents: [] }, { $out: 'log' }]).toArray(), { code: 17152 })
  await client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(log.insertOne({ a: 1 }, { session }), { code: 263 })
    await session.abortTransaction()
  })
})

/** What is done to a collection and to the model of it. */
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ insert: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 0, max: 120 }) }) },
  fc.record({ remove: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ grow: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 0, max: 120 }) })
)

t.test('a capped collection is what a list would be, whatever is done to it', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const [size, max] = [600, 8]
  const document = (_id: number, length: number): Row => ({ _id, text: 'x'.repeat(length) })
  const sizeOf = (rows: Row[]): number => rows.reduce((sum, row) => sum + serialize(row).length, 0)
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
    await db.dropDatabase()
    const log = await db.createCollection<Row>('log', { capped: true, size, max })
    await log.createIndex({ text: 1 })
    let model: Row[] = []
    for (const step of actions) {
      if ('insert' in step) {
        const isNew = model.every(({ _id }) => _id !== step.insert)
        const [result] = await Promise.allSettled([log.insertOne(document(step.insert, step.length))])
        if ((result.status === 'fulfilled') !== isNew) return false
        if (!isNew) continue
        model.push(document(step.insert, step.length))
        while (model.length > 1 && (model.length > max || sizeOf(model) > size)) model.shift()
      } else if ('remove' in step) {
        await log.deleteOne({ _id: step.remove })
        model = model.filter(({ _id }) => _id !== step.remove)
      } else {
        await log.replaceOne({ _id: step.grow }, { text: 'x'.repeat(step.length) })
        model = model.map((row) => row._id === step.grow ? document(row._id, step.length) : row)
      }
    }
    t.strictSame(await log.find().toArray(), model)
    t.strictSame(await log.find().sort({ $natural: -1 }).toArray(), model.toReversed())
    for (const hint of ['_id_', 'text_1']) t.strictSame(ids(await log.find().hint(hint).toArray()).sort(), ids(model).sort())
    t.strictSame(store.check(), [])
    return true
  }), { numRuns: 25 })
})
