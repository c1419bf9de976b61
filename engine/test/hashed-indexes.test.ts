import { Double, Long, type Document } from 'mongodb'
import t from 'tap'
import { startTestEngine } from './helper.js'

interface Row extends Document { _id: number }

const ids = (documents: Document[]): unknown[] => documents.map(({ _id }) => _id)

t.test('a hashed index finds what is equal, and in a list', async (t) => {
  const { client, store } = await startTestEngine(t)
  const collection = client.db('test').collection<Row>('c')
  t.equal(await collection.createIndex({ a: 'hashed' }), 'a_hashed')
  await collection.insertMany([{ _id: 1, a: 5 }, { _id: 2, a: new Double(5) }, { _id: 3, a: 'x' }, { _id: 4, a: null }, { _id: 5 }, { _id: 6, a: { b: 1 } }, { _id: 7, a: 5.5 }])
  const found = async (filter: Document, keysExamined: number): Promise<unknown[]> => {
    const { queryPlanner, executionStats } = await collection.find(filter).hint('a_hashed').explain('executionStats') as Document
    t.equal(queryPlanner.winningPlan.inputStage.stage, 'IXSCAN')
    t.equal(executionStats.totalKeysExamined, keysExamined, JSON.stringify(filter))
    t.strictSame((await collection.find(filter).explain('executionStats') as Document).executionStats.totalKeysExamined, keysExamined, 'chosen without a hint')
    return ids(await collection.find(filter).toArray()).sort()
  }
  t.strictSame(await found({ a: new Long(5) }, 2), [1, 2])
  t.strictSame(await found({ a: { $in: ['x', 5.5] } }, 2), [3, 7])
  t.strictSame(await found({ a: null }, 2), [4, 5])
  t.strictSame(await found({ a: { b: 1 } }, 1), [6])
  await collection.updateOne({ a: 'x' }, { $set: { a: 'y' } })
  await collection.deleteOne({ a: 5.5 })
  t.strictSame(await found({ a: { $in: ['x', 'y', 5.5] } }, 1), [3])
  t.strictSame(store.check(), [])
})

t.test('a hashed index has no order and no ranges', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection<Row>('c')
  await collection.createIndex({ a: 'hashed' })
  await collection.insertMany([3, 1, 2].map((a) => ({ _id: a, a })))
  t.strictSame(ids(await collection.find().sort({ a: 1 }).toArray()), [1, 2, 3])
  t.strictSame(ids(await collection.find({ a: { $gt: 1 } }).hint('a_hashed').sort({ a: -1 }).toArray()), [3, 2])
  t.match(await collection.find({ a: { $gt: 1 } }).explain(), { queryPlanner: { winningPlan: { stage: 'COLLSCAN' } } })
})

t.test('one field of a compound index may be hashed', async (t) => {
  const { client, store } = await startTestEngine(t)
  const collection = client.db('test').collection<Row>('c')
  await collection.insertMany([1, 2, 3, 4].map((_id) => ({ _id, a: _id % 2, b: -_id })))
  t.equal(await collection.createIndex({ a: 'hashed', b: 1 }), 'a_hashed_b_1')
  t.match(await collection.find({ a: 1, b: { $lt: -1 } }).explain('executionStats'), { executionStats: { totalKeysExamined: 1, nReturned: 1 } })
  const explained = await collection.find({ a: { $in: [0, 1] } }).sort({ b: 1 }).explain() as Document
  t.equal(explained.queryPlanner.winningPlan.inputStage.stage, 'SORT_MERGE')
  t.strictSame(ids(await collection.find({ a: { $in: [0, 1] } }).sort({ b: 1 }).toArray()), [4, 3, 2, 1])
  t.strictSame(store.check(), [])
})

t.test('a hashed index is listed as it was made', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('c')
  await collection.createIndexes([{ key: { _id: 'hashed' } }, { key: { a: 'hashed' }, sparse: true }])
  t.strictSame(await collection.listIndexes().toArray(), [
    { v: 2, key: { _id: 1 }, name: '_id_' }, { v: 2, key: { _id: 'hashed' }, name: '_id_hashed' }, { v: 2, key: { a: 'hashed' }, name: 'a_hashed', sparse: true }
  ])
  await collection.dropIndex('_id_hashed')
})

t.test('a hashed index takes no arrays, and is neither unique nor double', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('c')
  await collection.createIndex({ 'a.b': 'hashed', c: 1 })
  for (const document of [{ a: { b: [1] } }, { a: [{ b: 1 }] }, { c: [1] }]) await t.rejects(collection.insertOne(document), { code: 16766 })
  await collection.insertOne({ d: [1] })
  await t.rejects(collection.createIndex({ d: 'hashed' }), { code: 16766 })
  await t.rejects(collection.createIndex({ e: 'hashed' }, { unique: true }), { code: 16764 })
  await t.rejects(collection.createIndex({ e: 'hashed', f: 'hashed' }), { code: 31303 })
  await t.rejects(collection.createIndex({ e: 'hashed' }, { expireAfterSeconds: 1 }), { code: 238 })
})
