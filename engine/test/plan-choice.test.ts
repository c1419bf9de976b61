import type { Collection } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { explained } from './explained.js'
import { startTestEngine } from './helper.js'

/** A collection of twelve documents, `n` from 0 to 11, of which every third is of the same `kind`. */
async function start (t: Test): Promise<Collection> {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('notes')
  await collection.insertMany(Array.from({ length: 12 }, (_, n) => ({ _id: n as never, n, kind: n % 3, parity: n % 2, name: `name ${n}` })))
  return collection
}

t.test('a document is read by its _id without an index', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1 })
  t.match(await explained(collection, { _id: 5 as never }), { stages: 'IDHACK', documents: 1, returned: 1 })
  t.match(await explained(collection, { $and: [{ kind: 2 }, { _id: 5 as never }] }), { stages: 'IDHACK', documents: 1, returned: 1 })
  t.match(await explained(collection, { _id: 99 as never }), { documents: 0, returned: 0 })
})

t.test('documents are read by a list of ids, in the order of a sort by _id', async (t) => {
  const collection = await start(t)
  const filter = { _id: { $in: [7, 3, 7, 99, 5] as never[] } }
  t.match(await explained(collection, filter, { sort: { _id: -1 } }), { stages: 'IDHACK', documents: 3 })
  t.strictSame((await collection.find(filter).sort({ _id: -1 }).toArray()).map(({ n }) => n), [7, 5, 3])
  t.strictSame((await collection.find(filter).sort({ kind: 1, n: 1 }).toArray()).map(({ n }) => n), [3, 7, 5])
})

t.test('a range of ids is read from the documents themselves', async (t) => {
  const collection = await start(t)
  t.match(await explained(collection, { _id: { $gte: 4, $lt: 8 } as never }), { stages: 'FETCH > IXSCAN', indexName: '_id_', keys: 4, documents: 4 })
  t.match(await explained(collection, {}, { sort: { _id: -1 }, limit: 2 }), { stages: 'LIMIT > FETCH > IXSCAN', indexName: '_id_', direction: 'backward', documents: 2 })
})

t.test('without a useful index the collection is read', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, n: 1 })
  t.match(await explained(collection, { n: 3 }), { stages: 'COLLSCAN', direction: 'forward', documents: 12 })
  t.match(await explained(collection, { name: { $exists: true } }, { sort: { name: 1 }, skip: 2, limit: 3, projection: { n: 1 } }),
    { stages: 'PROJECTION_DEFAULT > LIMIT > SKIP > SORT > COLLSCAN', documents: 12, returned: 3 })
})

t.test('a unique index whose fields are all known comes before one with a longer prefix', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, parity: 1, n: 1 })
  await collection.createIndex({ name: 1 }, { unique: true })
  t.match(await explained(collection, { kind: 1, parity: 0, name: 'name 4' }), { indexName: 'name_1', documents: 1 })
  t.match(await explained(collection, { kind: 1, parity: 0, name: { $gt: 'name 3' } }), { indexName: 'kind_1_parity_1_n_1' })
})

t.test('the longer prefix of equalities comes first, then a range, then the order', async (t) => {
  const collection = await start(t)
  await collection.createIndexes([{ key: { kind: 1 } }, { key: { kind: 1, n: 1 } }, { key: { kind: 1, parity: 1 } }, { key: { kind: 1, name: 1 } }])
  t.match(await explained(collection, { kind: 1 }), { indexName: 'kind_1' })
  t.match(await explained(collection, { kind: 1, parity: 0 }), { indexName: 'kind_1_parity_1', documents: 2 })
  t.match(await explained(collection, { kind: 1, n: { $gt: 4 } }), { indexName: 'kind_1_n_1', keys: 2, documents: 2 })
  t.match(await explained(collection, { kind: 1 }, { sort: { name: -1 } }), { indexName: 'kind_1_name_1', direction: 'backward', stages: 'FETCH > IXSCAN' })
})

t.test('an index gives its order in either direction, and no other', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, n: -1 })
  t.match(await explained(collection, {}, { sort: { kind: 1, n: -1 } }), { stages: 'FETCH > IXSCAN', direction: 'forward' })
  t.match(await explained(collection, {}, { sort: { kind: -1, n: 1 } }), { stages: 'FETCH > IXSCAN', direction: 'backward' })
  t.match(await explained(collection, {}, { sort: { kind: 1, n: 1 } }), { stages: 'SORT > COLLSCAN' })
  t.match(await explained(collection, { kind: 1 }, { sort: { n: 1, kind: 1 } }), { stages: 'FETCH > IXSCAN', direction: 'backward' })
})

t.test('an $in before the field that is sorted by is a merge of its ranges', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, n: -1 })
  t.match(await explained(collection, { kind: { $in: [0, 1, 7] } }, { sort: { n: -1 }, limit: 4 }), { stages: 'LIMIT > FETCH > SORT_MERGE > IXSCAN', documents: 4 })
  const found = await collection.find({ kind: { $in: [0, 1] } }).sort({ n: 1 }).batchSize(2).toArray()
  t.strictSame(found.map(({ n }) => n), [0, 1, 3, 4, 6, 7, 9, 10])
})

t.test('too many ranges are not merged', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, n: -1 })
  const filter = { kind: { $in: Array.from({ length: 51 }, (_, at) => at) } }
  t.match(await explained(collection, filter, { sort: { n: -1 } }), { stages: 'SORT > FETCH > IXSCAN', ranges: 51 })
})

t.test('lists on several fields are combined only while the combinations are few', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1, n: 1 })
  const upTo = (length: number): number[] => Array.from({ length }, (_, at) => at)
  t.match(await explained(collection, { kind: { $in: upTo(20) }, n: { $in: upTo(50) } }), { ranges: 1000, returned: 12 })
  t.match(await explained(collection, { kind: { $in: upTo(20) }, n: { $in: upTo(51) } }), { ranges: 20, returned: 12 })
  t.match(await explained(collection, { kind: { $in: upTo(2000) } }), { ranges: 2000, returned: 12 })
})

t.test('a sparse index serves only queries that need its field', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ extra: 1 }, { sparse: true })
  for (const condition of [1, { $gt: 1 }, { $in: [1, 2] }, { $regex: '^a' }]) t.match(await explained(collection, { extra: condition }), { indexName: 'extra_1' })
  for (const condition of [null, { $in: [1, null] }, { $lte: null }]) t.match(await explained(collection, { extra: condition }), { stages: 'COLLSCAN' })
  t.match(await explained(collection, {}, { sort: { extra: 1 } }), { stages: 'SORT > COLLSCAN' })
  t.match(await explained(collection, { extra: { $exists: true } }, { sort: { extra: 1 } }), { stages: 'FETCH > IXSCAN' })
})

t.test('a partial index serves only queries that imply its filter', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1 }, { partialFilterExpression: { n: { $gte: 5 } } })
  for (const condition of [{ $gte: 5 }, { $gt: 5 }, { $gt: 7 }, 6, { $in: [5, 6] }, { $gte: 5, $lt: 9 }]) {
    t.match(await explained(collection, { kind: 1, n: condition }), { indexName: 'kind_1' }, JSON.stringify(condition))
  }
  for (const condition of [{ $gte: 4 }, { $lt: 9 }, 4, { $in: [5, 4] }, { $ne: 1 }, { $gte: 'a' }, null]) {
    t.match(await explained(collection, { kind: 1, n: condition }), { stages: 'COLLSCAN' }, JSON.stringify(condition))
  }
})

t.test('a partial index of documents that have a field serves whoever needs the field', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1 }, { partialFilterExpression: { name: { $exists: true } } })
  t.match(await explained(collection, { kind: 1, name: { $regex: 'x' } }), { indexName: 'kind_1' })
  t.match(await explained(collection, { kind: 1, name: { $exists: true } }), { indexName: 'kind_1' })
  t.match(await explained(collection, { kind: 1, name: null }), { stages: 'COLLSCAN' })
  t.match(await explained(collection, { kind: 1 }), { stages: 'COLLSCAN' })
})

t.test('the branches of a partial index count one by one, and a negation never', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ kind: 1 }, { partialFilterExpression: { $or: [{ n: 1 }, { parity: { $type: 'int' } }] } })
  t.match(await explained(collection, { kind: 1, n: 1 }), { indexName: 'kind_1' })
  t.match(await explained(collection, { kind: 1, parity: 1 }), { indexName: 'kind_1' })
  t.match(await explained(collection, { kind: 1, n: 2 }), { stages: 'COLLSCAN' })
})

t.test('a hint is an index by its name or key, or the natural order', async (t) => {
  const collection = await start(t)
  await collection.createIndexes([{ key: { kind: 1 }, name: 'by kind' }, { key: { n: -1 } }])
  t.match(await explained(collection, { kind: 1 }, { hint: 'n_-1' }), { indexName: 'n_-1', documents: 12, returned: 4 })
  t.match(await explained(collection, { n: 3 }, { hint: { kind: 1 } }), { indexName: 'by kind', documents: 12, returned: 1 })
  t.match(await explained(collection, { kind: 1 }, { hint: { $natural: -1 } }), { stages: 'COLLSCAN', direction: 'backward' })
  t.match(await explained(collection, { kind: 1 }, { hint: {} }), { indexName: 'by kind' })
})

t.test('a hint that names no index, or several, is refused', async (t) => {
  const collection = await start(t)
  await collection.createIndexes([{ key: { kind: 1 }, name: 'one' }, { key: { kind: 1 }, name: 'other', sparse: true }])
  for (const hint of ['none', { n: 1 }, { kind: -1 }, { kind: 'text' }] as const) await t.rejects(collection.find({}, { hint }).toArray(), { code: 2 })
  for (const hint of [{ $natural: 2 }, { $natural: 1, n: 1 }] as const) await t.rejects(collection.find({}, { hint }).toArray(), { code: 2 })
  await t.rejects(collection.find({}, { hint: { kind: 1 } }).toArray(), { code: 27 })
  await t.rejects(collection.updateOne({}, { $set: { n: 1 } }, { hint: 'none' }), { code: 2 })
})

t.test('a hint to a sparse index leaves out what is not in it', async (t) => {
  const collection = await start(t)
  await collection.createIndex({ extra: 1 }, { sparse: true })
  await collection.updateOne({ n: 3 }, { $set: { extra: 1 } })
  t.equal((await collection.find({}, { hint: 'extra_1' }).toArray()).length, 1)
  t.equal(await collection.countDocuments({}), 12)
  t.equal((await collection.db.command({ count: 'notes', hint: 'extra_1' })).n, 1)
})

t.test('to sort by the natural order is to read in it', async (t) => {
  const collection = await start(t)
  t.match(await explained(collection, { kind: 0 }, { sort: { $natural: -1 } }), { stages: 'COLLSCAN', direction: 'backward' })
  t.strictSame((await collection.find({ kind: 0 }).sort({ $natural: -1 }).toArray()).map(({ n }) => n), [9, 6, 3, 0])
})

t.test('an index that is being built is not used', async (t) => {
  const { client, store } = await startTestEngine(t)
  const collection = client.db('test').collection('notes')
  await collection.insertMany(Array.from({ length: 3000 }, (_, n) => ({ n, text: 'x'.repeat(500) })))
  const built = collection.createIndex({ n: 1 })
  const isThere = (): boolean => store.catalog.collections().some(({ indexes }) => indexes.length > 1)
  while (!isThere()) await client.db('test').command({ ping: 1 })
  t.match(await explained(collection, { n: 2999 }), { stages: 'COLLSCAN', returned: 1 })
  await built
  t.match(await explained(collection, { n: 2999 }), { indexName: 'n_1', documents: 1 })
})
