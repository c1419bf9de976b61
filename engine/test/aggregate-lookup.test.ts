import { Double, type Document } from 'bson'
import t from 'tap'
import { sameBson, startAggregations, type Aggregations } from './aggregate-cases.js'

const ids = (...values: number[]): Document[] => values.map((_id) => ({ _id }))

/** The ids of what a `$lookup` of `a` in `b` finds for one local document. */
async function foundBy (aggregations: Aggregations, local: Document, foreign: string, names = { localField: 'a', foreignField: 'b' }): Promise<number[]> {
  const [{ x }] = await aggregations.run([{ _id: 1, ...local }], [{ $lookup: { from: foreign, ...names, as: 'x' } }])
  return x.map(({ _id }: Document) => Number(_id))
}

t.test('$lookup by fields compares as a filter does', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: foreign } = await aggregations.collection([
    { _id: 0 }, { _id: 1, b: null }, { _id: 2, b: 1 }, { _id: 3, b: new Double(1) }, { _id: 4, b: [1, 2] }, { _id: 5, b: [] }, { _id: 6, b: 'x' }, { _id: 7, b: /x/ }, { _id: 8, b: [[1, 2]] }
  ])
  const cases: Array<[local: Document, found: number[]]> = [
    [{ a: 1 }, [2, 3, 4]],
    [{ a: [1, 'x'] }, [2, 3, 4, 6]],
    [{ a: [[1, 2]] }, [4, 8]],
    [{ a: [] }, [0, 1]],
    [{ a: null }, [0, 1]],
    [{}, [0, 1]],
    [{ a: [null, 2] }, [0, 1, 4]],
    [{ a: /x/ }, [7]],
    [{ a: [/x/, 1] }, [2, 3, 4, 7]],
    [{ a: { c: 1 } }, []]
  ]
  for (const [local, found] of cases) t.strictSame(await foundBy(aggregations, local, foreign), found, String(local.a))
})

t.test('$lookup follows paths through arrays, and makes one', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: foreign } = await aggregations.collection([{ _id: 1, b: [{ c: 1 }, { c: 2 }] }, { _id: 2, b: { c: 3 } }, { _id: 3, b: 5 }])
  const names = { localField: 'a.c', foreignField: 'b.c' }
  t.strictSame(await foundBy(aggregations, { a: [{ c: 2 }, { c: 3 }, 7] }, foreign, names), [1, 2])
  t.strictSame(await foundBy(aggregations, { a: { c: 1 } }, foreign, names), [1])
  t.strictSame(await foundBy(aggregations, { a: 4 }, foreign, names), [3], 'neither has the field')
  const found = await aggregations.run([{ _id: 9, x: { k: 1, y: 2 }, z: 1 }], [{ $lookup: { from: foreign, localField: 'zz', foreignField: '_id', as: 'x.y' } }])
  sameBson(t, found, [{ _id: 9, x: { k: 1, y: [] }, z: 1 }])
})

t.test('$lookup uses the indexes of the other collection', async (t) => {
  const aggregations = await startAggregations(t)
  const foreign = await aggregations.collection(Array.from({ length: 5000 }, (_, _id) => ({ _id, k: `k${_id}` })))
  await foreign.createIndex({ k: 1 })
  const local = await aggregations.collection(Array.from({ length: 500 }, (_, _id) => ({ _id, k: [`k${_id}`, `k${_id + 1}`] })))
  const begin = performance.now()
  const found = await local.aggregate([{ $lookup: { from: foreign.collectionName, localField: 'k', foreignField: 'k', as: 'x' } }]).toArray()
  t.ok(found.every(({ x }) => x.length === 2))
  t.ok(performance.now() - begin < 2500, 'comparing all with all would take minutes')
})

t.test('$lookup by a pipeline that compares a field with a variable uses the field\'s index', async (t) => {
  const aggregations = await startAggregations(t)
  const foreign = await aggregations.collection([
    { _id: 1, k: 1 }, { _id: 2, k: [1] }, { _id: 3, k: new Double(1) }, { _id: 4, k: null }, { _id: 5 }, { _id: 6, k: [[1]] }, { _id: 7, k: { c: 1 } }
  ])
  await foreign.createIndex({ k: 1 })
  const { collectionName: from } = foreign
  const found = async (k: unknown, condition: Document): Promise<number[]> => {
    const pipeline = [{ $match: { $expr: condition } }, { $sort: { _id: 1 } }]
    const [{ x }] = await aggregations.run([k === undefined ? { _id: 1 } : { _id: 1, k }], [{ $lookup: { from, let: { v: '$k' }, pipeline, as: 'x' } }])
    return x.map(({ _id }: Document) => Number(_id))
  }
  t.strictSame(await found(1, { $eq: ['$k', '$$v'] }), [1, 3], 'an expression does not look into arrays')
  t.strictSame(await found([1], { $eq: ['$$v', '$k'] }), [2])
  t.strictSame(await found(null, { $eq: ['$k', '$$v'] }), [4])
  t.strictSame(await found(undefined, { $eq: ['$k', '$$v'] }), [5])
  t.strictSame(await found({ c: 1 }, { $and: [{ $eq: ['$k', '$$v'] }, { $gt: ['$_id', 6] }] }), [7])
  t.strictSame(await found(1, { $or: [{ $eq: ['$k', '$$v'] }, { $eq: ['$_id', 5] }] }), [1, 3, 5])
  t.strictSame(await found(1, { $ne: [{ $eq: ['$k', '$$v'] }, false] }), [1, 3])
  const explained = await foreign.aggregate([{ $match: { $expr: { $eq: ['$k', '$$v'] } } }], { let: { v: 1 } }).explain()
  t.match(JSON.stringify(explained), /"indexName":"k_1"/)
})

t.test('$lookup by a pipeline has variables of the local document', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection([{ _id: 1, k: 1 }, { _id: 2, k: 1 }, { _id: 3, k: 2 }])
  const local = [{ _id: 1, k: 1 }, { _id: 2, k: 3 }]
  sameBson(t, await aggregations.run(local, [{ $lookup: { from, let: { mine: '$k' }, pipeline: [{ $limit: 1 }, { $project: { both: ['$k', '$$mine'] } }], as: 'x' } }]),
    [{ _id: 1, k: 1, x: [{ _id: 1, both: [1, 1] }] }, { _id: 2, k: 3, x: [{ _id: 1, both: [1, 3] }] }])
  sameBson(t, await aggregations.run(local, [{ $lookup: { from, localField: 'k', foreignField: 'k', pipeline: [{ $sort: { _id: -1 } }, { $limit: 1 }], as: 'x' } }]),
    [{ _id: 1, k: 1, x: [{ _id: 2, k: 1 }] }, { _id: 2, k: 3, x: [] }])
  sameBson(t, await aggregations.run(ids(1), [{ $lookup: { from, pipeline: [{ $count: 'n' }], as: 'x' } }]), [{ _id: 1, x: [{ n: 3 }] }])
  sameBson(t, await aggregations.run(ids(1), [{ $lookup: { pipeline: [{ $documents: [{ a: 1 }] }], as: 'x' } }]), [{ _id: 1, x: [{ a: 1 }] }])
})

t.test('pipelines inside of pipelines see the variables around them', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection(ids(7))
  const inner = { $lookup: { from, let: { b: '$_id' }, pipeline: [{ $project: { all: ['$$a', '$$b'] } }], as: 'y' } }
  sameBson(t, await aggregations.run(ids(1), [{ $lookup: { from, let: { a: '$_id' }, pipeline: [inner], as: 'x' } }]),
    [{ _id: 1, x: [{ _id: 7, y: [{ _id: 7, all: [1, 7] }] }] }])
})

t.test('a $lookup that cannot be is refused with its code', async (t) => {
  const aggregations = await startAggregations(t)
  const fields = { from: 'b', localField: 'a', foreignField: 'b', as: 'x' }
  const cases: Array<[lookup: unknown, code: number]> = [
    [1, 9],
    [{ ...fields, as: undefined }, 9],
    [{ ...fields, as: 1 }, 9],
    [{ ...fields, as: '$x' }, 16410],
    [{ ...fields, from: { db: 'a', coll: 'b' } }, 9],
    [{ ...fields, from: '' }, 73],
    [{ ...fields, localField: undefined }, 9],
    [{ ...fields, localField: 1 }, 9],
    [{ ...fields, foo: 1 }, 9],
    [{ ...fields, let: { a: 1 } }, 9],
    [{ from: 'b', as: 'x' }, 9],
    [{ as: 'x', pipeline: [] }, 9],
    [{ from: 'b', as: 'x', pipeline: 1 }, 14],
    [{ from: 'b', as: 'x', pipeline: [], let: 1 }, 9],
    [{ from: 'b', as: 'x', pipeline: [], let: { A: 1 } }, 9],
    [{ from: 'b', as: 'x', pipeline: [{ $out: 'c' }] }, 51047],
    [{ from: 'b', as: 'x', pipeline: [{ $project: { a: '$$zz' } }] }, 17276],
    [{ localField: 'a', foreignField: 'b', as: 'x', pipeline: [{ $documents: [] }] }, 238]
  ]
  for (const [lookup, code] of cases) {
    const given = Object.fromEntries(Object.entries(Object(lookup)).filter(([, value]) => value !== undefined))
    t.equal(await aggregations.code(ids(1), [{ $lookup: lookup === 1 ? 1 : given }]), code, JSON.stringify(lookup))
  }
})

t.test('$lookup gives no more than what fits in a document', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection([{ _id: 1, text: 'x'.repeat(9_000_000) }, { _id: 2, text: 'x'.repeat(9_000_000) }])
  t.equal(await aggregations.code(ids(1), [{ $lookup: { from, pipeline: [], as: 'x' } }]), 4568)
})

t.test('$unionWith puts the documents of another collection behind', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: coll } = await aggregations.collection([{ _id: 5, k: 1 }, { _id: 6, k: 2 }])
  sameBson(t, await aggregations.run(ids(1), [{ $unionWith: coll }]), [{ _id: 1 }, { _id: 5, k: 1 }, { _id: 6, k: 2 }])
  sameBson(t, await aggregations.run(ids(1), [{ $unionWith: { coll, pipeline: [{ $match: { k: 2 } }] } }]), [{ _id: 1 }, { _id: 6, k: 2 }])
  sameBson(t, await aggregations.run(ids(1), [{ $unionWith: { coll: 'missing' } }]), ids(1))
  sameBson(t, await aggregations.run(ids(1), [{ $unionWith: { pipeline: [{ $documents: [{ a: 1 }] }] } }]), [{ _id: 1 }, { a: 1 }])
  const cases: Array<[union: unknown, code: number]> = [
    [1, 9], [{}, 9], [{ pipeline: [] }, 9], [{ coll: 1 }, 14], [{ coll, pipeline: 1 }, 14], [{ coll, x: 1 }, 40415], [{ coll, pipeline: [{ $out: 'x' }] }, 31441]
  ]
  for (const [union, code] of cases) t.equal(await aggregations.code(ids(1), [{ $unionWith: union }]), code, JSON.stringify(union))
})

t.test('pipelines lie at most 20 deep in each other', async (t) => {
  const aggregations = await startAggregations(t)
  const nested = (depth: number): Document[] => depth === 0 ? [] : [{ $unionWith: { coll: 'missing', pipeline: nested(depth - 1) } }]
  sameBson(t, await aggregations.run(ids(1), nested(20)), ids(1))
  t.equal(await aggregations.code(ids(1), nested(21)), 232)
})
