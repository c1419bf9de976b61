import { Double, Timestamp, type Document } from 'bson'
import type { Collection } from 'mongodb'
import t from 'tap'
import { sameBson, startAggregations, type Aggregations } from './aggregate-cases.js'

const ids = (...values: number[]): Document[] => values.map((_id) => ({ _id }))

async function all (collection: Collection): Promise<Document[]> {
  return await collection.find().toArray()
}

async function merged (aggregations: Aggregations, target: Document[], given: Document[], merge: Document): Promise<Document[]> {
  const into = await aggregations.collection(target)
  await aggregations.run(given, [{ $merge: { into: into.collectionName, ...merge } }])
  return await all(into)
}

t.test('$out replaces a collection and keeps its indexes', async (t) => {
  const aggregations = await startAggregations(t)
  const { db } = aggregations
  const target = await aggregations.collection([{ _id: 9, k: 1 }])
  await target.createIndex({ k: 1 }, { unique: true })
  sameBson(t, await aggregations.run([{ _id: 1, k: new Double(1) }, { _id: 2, k: 2 }], [{ $out: target.collectionName }]), [])
  sameBson(t, await all(target), [{ _id: 1, k: new Double(1) }, { _id: 2, k: 2 }])
  t.strictSame((await target.indexes()).map(({ name }) => name), ['_id_', 'k_1'])
  sameBson(t, await target.find({ k: 2 }, { hint: 'k_1' }).toArray(), [{ _id: 2, k: 2 }])
  await t.rejects(target.insertOne({ k: 1 }), { message: /E11000/ })
  const names = (await db.listCollections().toArray()).map(({ name }) => name)
  t.notOk(names.some((name) => name.startsWith('tmp.')), 'nothing is left')
})

t.test('$out makes a collection, also in another database, and gives it ids', async (t) => {
  const aggregations = await startAggregations(t)
  await aggregations.run([{ _id: 1, k: 1 }], [{ $project: { _id: 0, k: 1, t: new Timestamp({ t: 0, i: 0 }) } }, { $out: { db: 'other', coll: 'made' } }])
  const [made] = await aggregations.engine.client.db('other').collection('made').find().toArray()
  t.equal(made._id._bsontype, 'ObjectId')
  t.ok(made.t.greaterThan(new Timestamp({ t: 0, i: 0 })), 'a timestamp is filled in as by an insert')
  await aggregations.run([], [{ $out: 'empty' }])
  t.same(await aggregations.db.listCollections({ name: 'empty' }).toArray().then(({ length }) => length), 1)
})

t.test('$out may replace the collection that it reads', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection(ids(1, 2, 3))
  await collection.aggregate([{ $match: { _id: { $gt: 1 } } }, { $set: { a: 1 } }, { $out: collection.collectionName }]).toArray()
  sameBson(t, await all(collection), [{ _id: 2, a: 1 }, { _id: 3, a: 1 }])
})

t.test('an $out that fails leaves everything as it was', async (t) => {
  const aggregations = await startAggregations(t)
  const target = await aggregations.collection([{ _id: 9, k: 1 }])
  await target.createIndex({ k: 1 }, { unique: true })
  const { collectionName } = target
  t.equal(await aggregations.code([{ _id: 1, k: 1 }, { _id: 2, k: 1 }], [{ $out: collectionName }]), 11000)
  t.equal(await aggregations.code(ids(1, 0), [{ $project: { k: { $divide: [1, '$_id'] } } }, { $out: collectionName }]), 2)
  t.equal(await aggregations.code(ids(1), [{ $set: { a: 'x'.repeat(15_000_000) } }, { $set: { b: '$a' } }, { $out: collectionName }]), 10334)
  t.equal(await aggregations.code(ids(1), [{ $project: { _id: [1] } }, { $out: collectionName }]), 53)
  sameBson(t, await all(target), [{ _id: 9, k: 1 }])
  t.notOk((await aggregations.db.listCollections().toArray()).some(({ name }) => name.startsWith('tmp.')))
})

t.test('an $out whose target gets another index meanwhile fails', async (t) => {
  const aggregations = await startAggregations(t)
  const target = await aggregations.collection(ids(9))
  const source = await aggregations.collection(Array.from({ length: 2000 }, (_, _id) => ({ _id })))
  const running = source.aggregate([{ $set: { a: { $range: [0, 30] } } }, { $unwind: '$a' }, { $unset: '_id' }, { $match: { a: 1 } }, { $out: target.collectionName }]).toArray()
  const [result] = await Promise.allSettled([running, target.createIndex({ k: 1 })])
  t.match(result, { status: 'rejected', reason: { codeName: 'CommandFailed' } })
  sameBson(t, await all(target), ids(9))
})

t.test('$merge does with matching documents what it is told', async (t) => {
  const aggregations = await startAggregations(t)
  const target = [{ _id: 1, a: 1, b: new Double(1) }]
  const given = [{ _id: 1, b: 2, c: 3 }, { _id: 2, b: 2 }]
  const cases: Array<[merge: Document, result: Document[]]> = [
    [{}, [{ _id: 1, a: 1, b: 2, c: 3 }, { _id: 2, b: 2 }]],
    [{ whenMatched: 'replace' }, [{ _id: 1, b: 2, c: 3 }, { _id: 2, b: 2 }]],
    [{ whenMatched: 'keepExisting' }, [...target, { _id: 2, b: 2 }]],
    [{ whenNotMatched: 'discard' }, [{ _id: 1, a: 1, b: 2, c: 3 }]],
    [{ whenMatched: [{ $set: { b: { $add: ['$b', '$$new.b'] } } }] }, [{ _id: 1, a: 1, b: new Double(3) }, { _id: 2, b: 2 }]],
    [{ whenMatched: [{ $project: { d: '$$more' } }], let: { more: { $add: ['$b', 10] } } }, [{ _id: 1, d: 12 }, { _id: 2, b: 2 }]],
    [{ whenMatched: [{ $replaceWith: { x: '$$new.c', y: '$a' } }, { $unset: 'y' }], let: { new: '$$ROOT' } }, [{ _id: 1, x: 3 }, { _id: 2, b: 2 }]]
  ]
  for (const [merge, result] of cases) sameBson(t, await merged(aggregations, target, given, merge), result, JSON.stringify(merge))
})

t.test('$merge keeps what was merged before a document that fails', async (t) => {
  const aggregations = await startAggregations(t)
  const target = await aggregations.collection([{ _id: 2, a: 1 }])
  const into = target.collectionName
  t.equal(await aggregations.code(ids(1, 2, 3), [{ $merge: { into, whenMatched: 'fail' } }]), 11000)
  sameBson(t, await all(target), [{ _id: 1 }, { _id: 2, a: 1 }])
  t.equal(await aggregations.code([{ _id: 1, a: 1 }, { _id: 3 }], [{ $merge: { into, whenNotMatched: 'fail' } }]), 13113)
  sameBson(t, await all(target), [{ _id: 1, a: 1 }, { _id: 2, a: 1 }])
})

t.test('$merge joins on the fields of a unique index', async (t) => {
  const aggregations = await startAggregations(t)
  const target = await aggregations.collection([{ _id: 1, a: 1, b: 1, n: 1 }, { _id: 2, a: 2, b: 1 }])
  const into = target.collectionName
  const run = (given: Document[], more = {}): Promise<number | string> => aggregations.code(given, [{ $unset: '_id' }, { $merge: { into, on: ['b', 'a'], ...more } }])
  t.equal(await run(ids(1)), 51183)
  await target.createIndex({ a: 1, b: 1 }, { unique: true })
  await run([{ a: 1, b: 1, n: 2 }, { a: 7, b: 7 }])
  const [first, , third] = await all(target)
  sameBson(t, [first], [{ _id: 1, a: 1, b: 1, n: 2 }])
  t.equal(third._id._bsontype, 'ObjectId')
  t.equal(await run([{ a: [1], b: 1 }]), 51185)
  t.equal(await aggregations.code([{ _id: 5, a: 1, b: 1 }], [{ $merge: { into, on: ['a', 'b'] } }]), 66)
  t.equal(await aggregations.code([{ _id: 1, a: 1, b: 1 }], [{ $merge: { into, on: ['a', 'b'], whenMatched: [{ $set: { _id: 7 } }] } }]), 66)
  await run([{ b: 5, n: 1 }])
  await run([{ b: 5, n: 2 }])
  t.equal((await target.find({ a: null, b: 5, n: 2 }).toArray()).length, 1, 'a missing field is as good as null')
})

t.test('a sparse index cannot find what is missing, a partial one nothing for certain', async (t) => {
  const aggregations = await startAggregations(t)
  const target = await aggregations.collection(ids(1))
  const into = target.collectionName
  await target.createIndex({ p: 1 }, { unique: true, partialFilterExpression: { p: { $gt: 1 } } })
  t.equal(await aggregations.code(ids(1), [{ $merge: { into, on: 'p' } }]), 51183)
  await target.createIndex({ s: 1 }, { unique: true, sparse: true })
  t.equal(await aggregations.code(ids(1), [{ $merge: { into, on: 's' } }]), 51132)
})

t.test('a $merge into nothing makes the collection, and a string is enough to name it', async (t) => {
  const aggregations = await startAggregations(t)
  await aggregations.run(ids(1), [{ $merge: 'made' }])
  sameBson(t, await all(aggregations.db.collection('made')), ids(1))
  await aggregations.run(ids(1), [{ $merge: { into: { db: 'other', coll: 'made' } } }])
  t.equal(await aggregations.engine.client.db('other').collection('made').countDocuments(), 1)
})

t.test('where and how to write that cannot be is refused with its code', async (t) => {
  const aggregations = await startAggregations(t)
  const into = 'target'
  const cases: Array<[stage: Document, code: number]> = [
    [{ $out: 1 }, 16990],
    [{ $out: '' }, 73],
    [{ $out: 'system.views' }, 73],
    [{ $out: {} }, 40414],
    [{ $out: { db: 1, coll: 'a' } }, 14],
    [{ $out: { coll: 1 } }, 14],
    [{ $out: { coll: 'a', x: 1 } }, 40415],
    [{ $merge: 1 }, 51182],
    [{ $merge: {} }, 40414],
    [{ $merge: { into: 1 } }, 51178],
    [{ $merge: { into, x: 1 } }, 40415],
    [{ $merge: { into, on: 1 } }, 51134],
    [{ $merge: { into, on: [] } }, 51187],
    [{ $merge: { into, on: ['a', 'a'] } }, 31465],
    [{ $merge: { into, on: 'a' } }, 51183],
    [{ $merge: { into, whenMatched: 'x' } }, 2],
    [{ $merge: { into, whenMatched: 1 } }, 14],
    [{ $merge: { into, whenNotMatched: 'x' } }, 2],
    [{ $merge: { into, whenMatched: 'fail', whenNotMatched: 'discard' } }, 51181],
    [{ $merge: { into, whenMatched: 'merge', let: { a: 1 } } }, 51199],
    [{ $merge: { into, whenMatched: [], let: 1 } }, 14],
    [{ $merge: { into, whenMatched: [], let: { new: 1 } } }, 51273],
    [{ $merge: { into, whenMatched: [{ $match: {} }] } }, 72]
  ]
  for (const [stage, code] of cases) t.equal(await aggregations.code(ids(1), [stage]), code, JSON.stringify(stage))
})
