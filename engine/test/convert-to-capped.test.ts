import { setImmediate } from 'node:timers/promises'
import { serialize } from 'bson'
import type { Collection, Db, MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import { Namespace } from '../storage/namespace.js'
import type { Store } from '../storage/store.js'
import { startTestEngine } from './helper.js'

interface Row { _id: number, text?: string, a?: number }

interface World { readonly client: MongoClient, readonly store: Store, readonly db: Db, readonly log: Collection<Row> }

async function start (t: Test, count: number): Promise<World> {
  const { client, store } = await startTestEngine(t, { client: { maxPoolSize: 100 } })
  const db = client.db('test')
  const log = db.collection<Row>('log')
  if (count > 0) await log.insertMany(Array.from({ length: count }, (_, _id) => ({ _id })))
  return { client, store, db, log }
}

const SIZE = serialize({ _id: 0 }).length

async function ids (log: Collection<Row>): Promise<number[]> {
  return (await log.find().toArray()).map(({ _id }) => _id)
}

t.test('the newest documents that fit are kept, without the indexes', async (t) => {
  const { db, log, store } = await start(t, 1000)
  await log.createIndex({ a: 1 })
  t.match(await db.command({ convertToCapped: 'log', size: 300 * SIZE + 1 }), { ok: 1 })
  t.strictSame(await ids(log), Array.from({ length: 300 }, (_, n) => 700 + n))
  t.match(await db.listCollections().toArray(), [{ name: 'log', options: { capped: true, size: 300 * SIZE + 1 } }])
  t.strictSame((await log.indexes()).map(({ name }) => name), ['_id_'])
  await log.insertOne({ _id: -1 })
  t.strictSame((await ids(log)).slice(0, 1), [701], 'it is a capped collection from now on')
  t.strictSame(store.check(), [])
})

t.test('all documents are kept where all fit, in their order', async (t) => {
  const { db, log, store } = await start(t, 450)
  await db.command({ convertToCapped: 'log', size: 450 * SIZE })
  t.strictSame(await ids(log), Array.from({ length: 450 }, (_, n) => n))
  t.strictSame(store.check(), [])
})

t.test('other options stay, and a capped collection can be given another size', async (t) => {
  const { db } = await start(t, 0)
  const log = await db.createCollection<Row>('log', { capped: true, size: 5000, max: 2, validator: { a: 1 } })
  await log.insertMany([{ _id: 1 }, { _id: 2 }], { bypassDocumentValidation: true })
  await db.command({ convertToCapped: 'log', size: 9000 })
  t.match(await db.listCollections().toArray(), [{ options: { capped: true, size: 9000, max: 2, validator: { a: 1 } } }])
  t.strictSame(await ids(log), [1, 2], 'documents are not validated again')
})

t.test('a document that is too large for the whole collection is an error, and nothing is lost', async (t) => {
  const { db, log, store } = await start(t, 3)
  await log.insertOne({ _id: 5, text: 'x'.repeat(100) })
  await t.rejects(db.command({ convertToCapped: 'log', size: 50 }), { code: 2, message: 'object to insert exceeds cappedMaxSize' })
  t.strictSame(await ids(log), [0, 1, 2, 5])
  t.strictSame((await db.listCollections().toArray()).map(({ name }) => name), ['log'], 'the beginning of another one is gone')
  t.equal(store.read.count(store.catalog.collections('test')[0]), 4)
})

t.test('writes wait until the collection has been converted, and none is lost', async (t) => {
  const { db, log, store } = await start(t, 2000)
  const conversion = db.command({ convertToCapped: 'log', size: 1_000_000 })
  while (store.catalog.collections('test').length === 1) await setImmediate()
  const writes = Promise.all([
    ...Array.from({ length: 20 }, (_, n) => log.insertOne({ _id: 5000 + n })),
    log.updateOne({ _id: 7 }, { $set: { a: 1 } }),
    log.deleteOne({ _id: 8 })
  ])
  await conversion
  await writes
  t.match(await db.listCollections().toArray(), [{ name: 'log', options: { capped: true } }])
  t.equal(await log.countDocuments(), 2000 + 20 - 1)
  t.match(await log.findOne({ _id: 7 }), { a: 1 })
  t.strictSame(store.check(), [])
})

t.test('while a collection is used exclusively writes to it wait, others go on, and transactions give up', async (t) => {
  const { client, db, log, store } = await start(t, 3)
  const session = client.startSession()
  t.teardown(() => session.endSession())
  let order: string[] = []
  await store.exclusively(store.catalog.collections('test')[0], async () => {
    const insertion = log.insertOne({ _id: 5000 }).then(() => order.push('waited'))
    for (let n = 0; n < 5; n++) await db.collection('other').insertOne({})
    t.strictSame(order, [])
    session.startTransaction()
    await t.rejects(log.deleteOne({ _id: 1 }, { session }), { code: 112, errorLabels: ['TransientTransactionError'] })
    order = ['ended']
    return { insertion }
  }).then(async ({ insertion }) => await insertion)
  t.strictSame(order, ['ended', 'waited'])
  t.equal(await log.countDocuments(), 4)
})

t.test('of two tasks with one collection the second waits for the first, whatever it is called by then', async (t) => {
  const { db, store } = await start(t, 3)
  const steps: string[] = []
  const [collection] = store.catalog.collections('test')
  const use = async (name: string): Promise<void> => await store.exclusively(collection, async () => {
    steps.push(`${name} begins`)
    await store.write((tx) => tx.renameCollection(tx.catalog.byId(collection.id)!, new Namespace('test', name)))
    steps.push(`${name} ends`)
  })
  await Promise.all([use('a'), use('b')])
  t.strictSame(steps, ['a begins', 'a ends', 'b begins', 'b ends'])
  t.match(await db.collection<Row>('b').insertOne({ _id: 5000 }), { acknowledged: true }, 'nobody has it any longer')
})

t.test('what a transaction has written before cannot be committed', async (t) => {
  const { client, db, log } = await start(t, 3)
  const session = client.startSession()
  t.teardown(() => session.endSession())
  session.startTransaction()
  await log.insertOne({ _id: 5000 }, { session })
  await db.command({ convertToCapped: 'log', size: 1000 })
  await t.rejects(session.commitTransaction(), { code: 112 })
  t.equal(await log.countDocuments(), 3)
})

t.test('what changes the collection itself meanwhile ends the conversion', async (t) => {
  const { db, log, store } = await start(t, 3)
  const exclusively = store.exclusively.bind(store)
  store.exclusively = async (collection, task) => await exclusively(collection, async () => {
    await db.command({ collMod: 'log', validator: { a: 1 } })
    return await task()
  })
  await t.rejects(db.command({ convertToCapped: 'log', size: 1000 }), { code: 112 })
  t.match(await db.listCollections().toArray(), [{ name: 'log', options: { validator: { a: 1 } } }])
  t.equal(await log.countDocuments(), 3)
})

t.test('an index waits, and is one of the new collection', async (t) => {
  const { db, log, store } = await start(t, 500)
  const conversion = db.command({ convertToCapped: 'log', size: 1_000_000 })
  while (store.catalog.collections('test').length === 1) await setImmediate()
  await Promise.all([conversion, log.createIndex({ a: 1 })])
  t.strictSame((await log.indexes()).map(({ name }) => name), ['_id_', 'a_1'])
  t.strictSame(store.check(), [])
})

t.test('a copy leaves the collection as it is', async (t) => {
  const { db, log, store } = await start(t, 10)
  await db.command({ cloneCollectionAsCapped: 'log', toCollection: 'copy', size: 4 * SIZE })
  t.strictSame(await ids(db.collection<Row>('copy')), [6, 7, 8, 9])
  t.equal(await log.countDocuments(), 10)
  t.equal(await log.isCapped(), false)
  for (const taken of ['copy', 'log']) await t.rejects(db.command({ cloneCollectionAsCapped: 'log', toCollection: taken, size: 1000 }), { code: 48 })
  await t.rejects(db.command({ cloneCollectionAsCapped: 'log', toCollection: 'system.x', size: 1000 }), { code: 73 })
  await t.rejects(db.command({ cloneCollectionAsCapped: 'log', toCollection: 'other', size: 1000, temp: true }), { code: 238 })
  t.strictSame(store.check(), [])
})

t.test('what cannot be converted is refused', async (t) => {
  const { client, db } = await start(t, 1)
  const code = async (expected: number, command: object): Promise<void> => { await t.rejects(db.command({ convertToCapped: 'log', ...command }), { code: expected }) }
  await db.createCollection('view', { viewOn: 'log', pipeline: [] })
  await db.createCollection('times', { timeseries: { timeField: 't' } })
  await db.createCollection('clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } })
  await code(72, {})
  await code(72, { size: 0 })
  await code(72, { size: -1 })
  await code(2, { size: 2 ** 51 })
  await code(14, { size: 'x' })
  await code(40415, { size: 1000, max: 3 })
  await code(26, { convertToCapped: 'nothing', size: 1000 })
  await code(166, { convertToCapped: 'view', size: 1000 })
  await code(166, { convertToCapped: 'times', size: 1000 })
  await code(72, { convertToCapped: 'clustered', size: 1000 })
  const session = client.startSession()
  t.teardown(() => session.endSession())
  session.startTransaction()
  await t.rejects(db.command({ convertToCapped: 'log', size: 1000 }, { session }), { code: 263 })
})
