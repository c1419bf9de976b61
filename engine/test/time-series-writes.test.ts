import type { Collection, Document } from 'mongodb'
import t, { type Test } from 'tap'
import { encode } from '../bson/value.js'
import { startTestEngine, type TestEngine } from './helper.js'

interface World extends TestEngine { readonly series: Collection<Document> }

const timeseries = { timeField: 'at', metaField: 'of' }
const at = (seconds: number): Date => new Date(Date.UTC(2020, 0, 1) + seconds * 1000)
const rows: Document[] = [
  { _id: 1, at: at(1), of: { room: 'a', floor: 1 }, value: 1 },
  { _id: 2, at: at(2), of: { room: 'b', floor: 1 }, value: 2 },
  { _id: 3, at: at(3), of: { room: 'a', floor: 1 }, value: 3 }
]

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t)
  const series = await engine.client.db('test').createCollection<Document>('series', { timeseries })
  await series.insertMany(rows)
  return { ...engine, series }
}

async function code (work: Promise<unknown>): Promise<unknown> {
  return await work.then(() => 'no error', (error: { code?: unknown }) => error.code)
}

t.test('the metaField of many measurements is changed, found by itself', async (t) => {
  const { series, store } = await start(t)
  t.match(await series.updateMany({ 'of.room': 'a' }, { $set: { 'of.room': 'c' } }), { matchedCount: 2, modifiedCount: 2 })
  t.match(await series.updateMany({ $or: [{ 'of.room': 'c' }, { of: { $type: 'string' } }] }, { $rename: { 'of.floor': 'of.level' } }), { matchedCount: 2, modifiedCount: 2 })
  t.match(await series.updateMany({}, { $inc: { 'of.floor': 1 } }), { matchedCount: 3, modifiedCount: 3 })
  t.strictSame(await series.find().project({ _id: 0, at: 0 }).toArray(), [
    { of: { room: 'c', level: 1, floor: 1 }, value: 1 }, { of: { room: 'b', floor: 2 }, value: 2 }, { of: { room: 'c', level: 1, floor: 1 }, value: 3 }
  ])
  t.equal(await series.countDocuments({ of: { room: 'b', floor: 2 } }, { hint: 'of_1_at_1' }), 1)
  t.match(await series.updateMany({ $jsonSchema: { required: ['of'], properties: { of: { required: ['level'] } } } }, { $set: { of: 7 } }), { modifiedCount: 2 })
  t.strictSame(store.check(), [])
})

t.test('an update of a time series that is about anything else is refused with its code', async (t) => {
  const { series, client } = await start(t)
  const set = { $set: { of: 1 } }
  const cases: Array<[message: RegExp, q: Document, u: Document | Document[]]> = [
    [/querying on a field that is not the metaField 'of'/, { value: 1 }, set],
    [/querying/, { of: 1, $or: [{ of: 1 }, { at: at(1) }] }, set],
    [/querying/, { of: { $in: [[{ room: 'a' }]] } }, set],
    [/querying/, { $jsonSchema: { required: ['of', 'value'] } }, set],
    [/querying/, { $jsonSchema: { properties: { value: {} } } }, set],
    [/querying/, { $jsonSchema: { required: [1] } }, set],
    [/\$expr/, { $and: [{ $expr: { $eq: ['$of', 1] } }] }, set],
    [/\$where/, { $where: 'true' }, set],
    [/updates a field that is not the metaField 'of'/, {}, { $set: { of: 1, value: 1 } }],
    [/updates/, {}, { $unset: { offer: 1 } }],
    [/updates/, {}, { $rename: { 'of.room': 'room' } }],
    [/updates/, {}, { $rename: { of: 1 } }],
    [/pipeline/, {}, [set]],
    [/replacement/, {}, { of: 1 }],
    [/replacement/, {}, {}]
  ]
  const update = async (statement: Document): Promise<Document> => await client.db('test').command({ update: 'series', updates: [{ q: {}, u: set, ...statement }] })
  for (const [errmsg, q, u] of cases) t.match(await update({ q, u, multi: true }), { n: 0, writeErrors: [{ code: 72, errmsg }] }, JSON.stringify([q, u]))
  t.match(await update({}), { writeErrors: [{ code: 72, errmsg: /non-multi/ }] })
  t.match(await update({ multi: true, upsert: true }), { writeErrors: [{ code: 72, errmsg: /upsert/ }] })
  t.match(await update({ multi: true, u: { $set: 1 } }), { writeErrors: [{ code: 9 }] }, 'the update itself is read behind that')
  t.match(await update({ multi: true, q: { $jsonSchema: 1 } }), { writeErrors: [{ code: 14 }] })
  await t.rejects(series.findOneAndUpdate({}, set), { code: 72 })
  await t.rejects(client.db('test').command({ explain: { findAndModify: 'series', query: {}, update: set } }), { code: 72 })
  await t.rejects(client.db('test').command({ explain: { update: 'series', updates: [{ q: {}, u: set }] } }), { code: 72 })
  const bare = await client.db('test').createCollection('bare', { timeseries: { timeField: 'at' } })
  await t.rejects(bare.updateMany({}, set), { code: 72, message: /does not have a metaField/ })
  t.strictSame(await series.find().toArray(), rows)
})

t.test('a measurement stays at the time under which it is stored, whoever changes it', async (t) => {
  const { series, store } = await start(t)
  const collection = store.catalog.collections()[0]
  const { recordId, document } = [...store.read.documents(collection)][0]
  const replaceBy = (after: Document): Promise<void> => store.write((tx) => tx.replace(collection, recordId, document, encode(after)))
  await t.rejects(replaceBy({ ...rows[0], at: at(9) }), { code: 66 })
  await t.rejects(replaceBy({ _id: 1 }), { code: 2 })
  await replaceBy({ ...rows[0], value: 9 })
  t.match(await series.findOne(), { _id: 1, at: at(1), value: 9 })
  t.strictSame(store.check(), [])
})

t.test('$out makes a time series, and one time series of another', async (t) => {
  const { series, client, store } = await start(t)
  const db = client.db('test')
  t.strictSame(await series.aggregate([{ $match: { value: { $gt: 1 } } }, { $out: { db: 'other', coll: 'made', timeseries: { ...timeseries, granularity: 'hours' } } }]).toArray(), [])
  const made = client.db('other').collection('made')
  t.match(await client.db('other').listCollections().toArray(), [{ name: 'made', type: 'timeseries', options: { timeseries: { ...timeseries, granularity: 'hours', bucketMaxSpanSeconds: 2_592_000 } } }])
  t.strictSame(await made.find().toArray(), rows.slice(1))
  t.match(await made.indexes(), [{ name: 'of_1_at_1' }])
  await series.aggregate([{ $out: 'ordinary' }]).toArray()
  t.match(await db.listCollections({ name: 'ordinary' }).toArray(), [{ type: 'collection' }])
  t.strictSame(await db.collection('ordinary').find().toArray(), rows)
  t.strictSame(store.check(), [])
})

t.test('$out replaces a time series, which keeps its options and the indexes that it has', async (t) => {
  const { series, client, store } = await start(t)
  const db = client.db('test')
  await db.command({ collMod: 'series', expireAfterSeconds: 1_000_000_000 })
  await series.createIndex({ value: 1 })
  await series.dropIndex('of_1_at_1')
  const [before] = await db.listCollections({ name: 'series' }).toArray()
  for (const target of ['series', { db: 'test', coll: 'series', timeseries: { ...timeseries, granularity: 'seconds' } }]) {
    await series.aggregate([{ $set: { value: { $add: ['$value', 1] } } }, { $out: target }] as Document[]).toArray()
  }
  t.strictSame((await series.find().toArray()).map(({ value }) => value), [3, 4, 5])
  t.match(await db.listCollections().toArray(), [{ type: 'timeseries', options: (before as { options?: Document }).options }])
  t.match((await series.indexes()).map(({ name }) => name), ['value_1'])
  t.strictSame(store.check(), [])
})

t.test('what $out cannot write as a time series is refused, and leaves everything as it was', async (t) => {
  const { series, client, store } = await start(t)
  const db = client.db('test')
  await db.createCollection('ordinary')
  await db.createCollection('view', { viewOn: 'ordinary' })
  const out = (coll: string, timeseries: unknown): Promise<unknown> => code(series.aggregate([{ $unset: 'value' }, { $out: { db: 'test', coll, timeseries } }] as Document[]).toArray())
  const cases: Array<[coll: string, timeseries: unknown, code: number]> = [
    ['new', 1, 14], ['new', {}, 40414], ['new', { timeField: 1 }, 14], ['new', { timeField: 'at', other: 1 }, 40415], ['new', { timeField: 'at', metaField: 1 }, 14],
    ['new', { timeField: 'at', granularity: 'days' }, 2], ['new', { timeField: 'at', bucketMaxSpanSeconds: 'x' }, 14], ['new', { timeField: '_id' }, 72],
    ['new', { timeField: 'at', bucketMaxSpanSeconds: 60, bucketRoundingSeconds: 61 }, 72], ['new', { timeField: 'value' }, 2],
    ['ordinary', timeseries, 7268700], ['view', timeseries, 7268700],
    ['series', { timeField: 'value' }, 7406103], ['series', { timeField: 'at' }, 7406103], ['series', { ...timeseries, granularity: 'hours' }, 7406103]
  ]
  for (const [coll, timeseries, expected] of cases) t.equal(await out(coll, timeseries), expected, JSON.stringify([coll, timeseries]))
  t.equal(await code(series.aggregate([{ $unset: 'at' }, { $out: 'series' }]).toArray()), 2)
  t.strictSame((await db.listCollections().toArray()).map(({ name }) => name), ['ordinary', 'series', 'view'])
  t.strictSame(await series.find().toArray(), rows)
  t.strictSame(store.check(), [])
})

t.test('$merge reads a time series, and writes into none', async (t) => {
  const { series, client } = await start(t)
  await series.aggregate([{ $merge: 'ordinary' }]).toArray()
  t.strictSame(await client.db('test').collection('ordinary').find().toArray(), rows)
  t.equal(await code(client.db('test').collection('ordinary').aggregate([{ $merge: 'series' }]).toArray()), 166)
})
