import type { Document } from 'mongodb'
import { MongoBulkWriteError } from 'mongodb'
import t from 'tap'
import { startTestEngine } from './helper.js'

const at = (seconds: number): Date => new Date(Date.UTC(2020, 0, 1) + seconds * 1000)

t.test('a clustered collection is one by its `_id`, and says so', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const collection = await db.createCollection<{ _id: number }>('c', { clusteredIndex: { key: { _id: 1 }, unique: true, name: 'by id' } })
  await collection.insertMany([{ _id: 2 }, { _id: 1 }])
  await t.rejects(collection.insertOne({ _id: 1 }), { code: 11000 })
  t.strictSame(await collection.find().toArray(), [{ _id: 1 }, { _id: 2 }])
  const [described] = await db.listCollections().toArray()
  t.strictSame({ ...described, info: undefined }, { name: 'c', type: 'collection', options: { clusteredIndex: { v: 2, key: { _id: 1 }, name: 'by id', unique: true } }, info: undefined })
  t.strictSame(await collection.listIndexes().toArray(), [{ v: 2, key: { _id: 1 }, name: 'by id', unique: true, clustered: true }])
  await collection.createIndex({ a: 1 })
  await db.command({ dropIndexes: 'c', index: '*' })
  t.equal((await collection.indexes()).length, 1)
  await t.rejects(collection.dropIndex('by id'), { code: 72 })
  t.match(await collection.find().hint('by id').explain(), { queryPlanner: { winningPlan: { stage: 'FETCH' } } })
  t.strictSame(store.check(), [])
})

t.test('a clustered collection that cannot be is refused with its code', async (t) => {
  const { client } = await startTestEngine(t)
  const cases: Array<[clusteredIndex: unknown, code: number]> = [
    [true, 72], [{ key: { a: 1 }, unique: true }, 197], [{ key: { _id: 1 }, unique: false }, 5979700], [{ key: { _id: 1 } }, 40414],
    [{ key: { _id: 1 }, unique: true, foo: 1 }, 40415], [1, 72], ['x', 14]
  ]
  for (const [clusteredIndex, code] of cases) await t.rejects(client.db('test').command({ create: 'c', clusteredIndex }), { code }, JSON.stringify(clusteredIndex))
})

t.test('documents expire by the date that is their `_id`, until that is switched off', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const collection = await db.createCollection<{ _id: Date | number }>('c', { clusteredIndex: { key: { _id: 1 }, unique: true }, expireAfterSeconds: 60 })
  t.match(await db.listCollections().toArray(), [{ options: { expireAfterSeconds: 60 } }])
  await collection.insertMany([{ _id: 1 }, { _id: at(0) }, { _id: at(1) }, { _id: new Date(Date.now() + 60_000) }])
  await store.maintenance.sweep()
  t.equal(await collection.countDocuments(), 2)
  await db.command({ collMod: 'c', expireAfterSeconds: 'off' })
  await collection.insertOne({ _id: at(0) })
  await store.maintenance.sweep()
  t.equal(await collection.countDocuments(), 3)
  await db.command({ collMod: 'c', expireAfterSeconds: 5 })
  await store.maintenance.sweep()
  t.equal(await collection.countDocuments(), 2)
  for (const seconds of [-1, 2 ** 31, 'on']) await t.rejects(db.command({ collMod: 'c', expireAfterSeconds: seconds }), { code: 72 })
  t.strictSame(store.check(), [])
})

t.test('a time series holds measurements in the order of their time, whatever their `_id`', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  const series = await db.createCollection<Document>('s', { timeseries: { timeField: 't', metaField: 'm', granularity: 'hours' }, expireAfterSeconds: 86_400 })
  const [described] = await db.listCollections().toArray()
  t.match(described, { name: 's', type: 'timeseries', options: { timeseries: { timeField: 't', metaField: 'm', granularity: 'hours', bucketMaxSpanSeconds: 2_592_000 } } })
  t.notOk('idIndex' in described)
  const rows: Document[] = [{ _id: 1, t: at(3), m: 'a' }, { _id: 1, t: at(1), m: 'a' }, { _id: 2, t: at(1), m: 'b' }]
  await series.insertMany(rows)
  t.strictSame((await series.find().toArray()).map(({ _id, t }) => [_id, t]), [[1, at(1)], [2, at(1)], [1, at(3)]])
  t.strictSame(await series.listIndexes().toArray(), [{ v: 2, key: { m: 1, t: 1 }, name: 'm_1_t_1' }])
  t.match(await series.find({ m: 'a', t: { $gt: at(1) } }).explain('executionStats'), { executionStats: { nReturned: 1, totalKeysExamined: 1 } })
  t.equal((await series.deleteMany({ m: 'b' })).deletedCount, 1)
  t.strictSame(store.check(), [])
  await series.insertOne({ t: new Date(), m: 'a' })
  await store.maintenance.sweep()
  t.equal(await series.countDocuments(), 1)
  t.strictSame(store.check(), [])
})

t.test('a time series takes nothing without its time, and refuses what it does not do', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const series = await db.createCollection<Document>('s', { timeseries: { timeField: 't' } })
  for (const document of [{}, { t: 1 }, { t: null }]) await t.rejects(series.insertOne(document), { code: 2 })
  const failure = await series.insertMany([{ t: at(0) }, {}, { t: at(1) }], { ordered: false }).catch((error: MongoBulkWriteError) => error)
  t.match(failure, { result: { insertedCount: 2 } })
  t.ok(await series.findOneAndDelete({}))
  await t.rejects(series.createIndex({ a: 1 }, { unique: true }), { code: 72 })
  await t.rejects(series.createIndex({ a: 1 }, { sparse: true }), { code: 72 })
  await t.rejects(series.createIndex({ a: 1 }, { expireAfterSeconds: 1 }), { code: 238 })
  await t.rejects(series.createIndex({ _id: 1 }), { code: 67 })
  await t.rejects(client.db('admin').command({ renameCollection: 'test.s', to: 'test.x' }), { code: 166 })
  await client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(series.insertOne({ t: at(0) }, { session }), { code: 263 })
    await session.abortTransaction().catch(() => {})
    session.startTransaction()
    await t.rejects(db.createCollection('other', { timeseries: { timeField: 't' }, session }), { code: 263 })
    await session.abortTransaction().catch(() => {})
  })
})

t.test('a time series that cannot be is refused with its code', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const cases: Array<[timeseries: Document, code: number]> = [
    [{}, 40414], [{ timeField: 'a.b' }, 72], [{ timeField: '_id' }, 72], [{ timeField: 't', metaField: '_id' }, 72], [{ timeField: 't', metaField: 't' }, 72],
    [{ timeField: 't', granularity: 'days' }, 2], [{ timeField: 't', bucketMaxSpanSeconds: 60 }, 72], [{ timeField: 't', foo: 1 }, 40415],
    [{ timeField: 't', bucketMaxSpanSeconds: 0, bucketRoundingSeconds: 0 }, 72], [{ timeField: 't', granularity: 'hours', bucketMaxSpanSeconds: 60 }, 72]
  ]
  for (const [timeseries, code] of cases) await t.rejects(db.command({ create: 's', timeseries }), { code }, JSON.stringify(timeseries))
  await t.rejects(db.command({ create: 's', timeseries: { timeField: 't' }, validator: { a: 1 } }), { code: 72 })
  await t.rejects(db.command({ create: 's', expireAfterSeconds: 1 }), { code: 72 })
  await db.command({ create: 's', timeseries: { timeField: 't', bucketMaxSpanSeconds: 60, bucketRoundingSeconds: 60 } })
  t.match(await db.listCollections().toArray(), [{ options: { timeseries: { timeField: 't', bucketRoundingSeconds: 60, bucketMaxSpanSeconds: 60 } } }])
})
