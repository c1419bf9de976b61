import { Double, Long, type Document } from 'bson'
import t from 'tap'
import { sameBson, startAggregations } from './aggregate-cases.js'

const long = (number: number): Long => Long.fromNumber(number)
const ids = (...values: number[]): Document[] => values.map((_id) => ({ _id }))

/** A stage, or several, upon documents: their result, or the code of their error. */
type Case = [stages: Document | Document[], documents: Document[], result: Document[] | number]

async function check (t: Tap, cases: Case[]): Promise<void> {
  const aggregations = await startAggregations(t)
  for (const [stages, documents, result] of cases) {
    const pipeline = [stages].flat()
    const title = JSON.stringify(pipeline)
    if (typeof result === 'number') t.equal(await aggregations.code(documents, pipeline), result, title)
    else sameBson(t, await aggregations.run(documents, pipeline), result, title)
  }
}
type Tap = Parameters<typeof startAggregations>[0]

t.test('$match, $sort, $skip and $limit at the beginning are one query', (t) => check(t, [
  [[], ids(2, 1), ids(1, 2)],
  [[{ $match: { _id: { $gt: 1 } } }, { $match: { _id: { $lt: 3 } } }], ids(1, 2, 3), ids(2)],
  [[{ $sort: { _id: -1 } }, { $match: { _id: { $gt: 1 } } }], ids(1, 2, 3), ids(3, 2)],
  [[{ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 2 }, { $skip: 1 }], ids(1, 2, 3, 4), ids(2)],
  [[{ $limit: 1 }, { $skip: 1 }], ids(1, 2, 3), []],
  [[{ $limit: 2 }, { $skip: 5 }, { $count: 'n' }], ids(1, 2, 3), []],
  [[{ $limit: 2 }, { $sort: { _id: -1 } }], ids(1, 2, 3), ids(2, 1)],
  [[{ $limit: 2 }, { $match: { _id: 3 } }], ids(1, 2, 3), []],
  [[{ $sort: { k: 1 } }, { $sort: { _id: -1 } }], ids(1, 2, 3), ids(3, 2, 1)],
  [[{ $match: { _id: { $gt: 1 } } }, { $skip: 1 }, { $limit: 5 }, { $count: 'n' }], ids(1, 2, 3), [{ n: 1 }]],
  [[{ $skip: 1 }, { $limit: 5 }, { $count: 'n' }], ids(1, 2, 3), [{ n: 2 }]],
  [[{ $sort: { _id: 1 } }, { $group: { _id: null, n: { $count: {} } } }], ids(1, 2, 3), [{ _id: null, n: 3 }]],
  [{ $match: 1 }, [], 15959],
  [{ $match: { a: { $foo: 1 } } }, [], 2],
  [{ $sort: 1 }, [], 15973],
  [{ $sort: {} }, [], 15976],
  [{ $sort: { a: 2 } }, [], 15975],
  [{ $limit: 0 }, [], 15958],
  [{ $limit: -1 }, [], 5107201],
  [{ $limit: 1.5 }, [], 5107201],
  [{ $limit: 'x' }, [], 5107201],
  [{ $limit: new Double(Infinity) }, [], 5107201],
  [{ $skip: -1 }, [], 5107200],
  [{ $skip: new Double(2) }, ids(1, 2, 3), ids(3)],
  [{ $skip: long(0) }, ids(1), ids(1)]
]))

t.test('the same stages work behind others', (t) => check(t, [
  [[{ $set: { k: 1 } }, { $match: { _id: { $gt: 1 }, k: 1 } }], ids(1, 2), [{ _id: 2, k: 1 }]],
  [[{ $set: { k: '$_id' } }, { $sort: { k: -1 } }, { $skip: 1 }, { $limit: 1 }], ids(1, 2, 3), [{ _id: 2, k: 2 }]],
  [[{ $set: { k: '$_id' } }, { $sort: { k: -1 } }], ids(1, 2, 3), [{ _id: 3, k: 3 }, { _id: 2, k: 2 }, { _id: 1, k: 1 }]],
  [[{ $set: { k: 1 } }, { $skip: 1 }, { $unset: 'k' }], ids(1, 2, 3), ids(2, 3)],
  [[{ $set: { k: 1 } }, { $limit: 2 }, { $count: 'n' }], ids(1, 2, 3), [{ n: 2 }]],
  [[{ $set: { k: 1 } }, { $match: { k: 2 } }, { $count: 'n' }], ids(1), []],
  [{ $count: 1 }, [], 40156],
  [{ $count: '' }, [], 40157],
  [{ $count: '$a' }, [], 40158],
  [{ $count: 'a\0b' }, [], 40159],
  [{ $count: 'a.b' }, [], 40160]
]))

t.test('$project, $addFields, $set and $unset shape documents and name themselves in errors', async (t) => {
  await check(t, [
    [{ $project: { b: 1 } }, [{ _id: 1, a: 1, b: new Double(2) }], [{ _id: 1, b: new Double(2) }]],
    [{ $addFields: { b: '$a', 'c.d': 1 } }, [{ _id: 1, a: long(1) }], [{ _id: 1, a: long(1), b: long(1), c: { d: 1 } }]],
    [{ $set: { a: '$$REMOVE' } }, [{ _id: 1, a: 1 }], ids(1)],
    [{ $unset: 'a.b' }, [{ _id: 1, a: { b: 1, c: 2 } }], [{ _id: 1, a: { c: 2 } }]],
    [{ $unset: ['a', 'b'] }, [{ _id: 1, a: 1, b: 2 }], ids(1)],
    [{ $project: 1 }, [], 15969],
    [{ $project: {} }, [], 51272],
    [{ $addFields: 1 }, [], 40272],
    [{ $set: { a: 1, 'a.b': 1 } }, [], 40176],
    [{ $unset: 1 }, [], 31002],
    [{ $unset: [] }, [], 31119],
    [{ $unset: [1] }, [], 31120],
    [{ $unset: ['a', 'a.b'] }, [], 31249]
  ])
  const { db } = await startAggregations(t)
  await t.rejects(db.collection('c').aggregate([{ $project: {} }]).toArray(), { message: /^Invalid \$project :: caused by :: / })
})

t.test('$unwind gives a document for each element', (t) => check(t, [
  [{ $unwind: '$a' }, [{ _id: 1, a: 5, b: 1 }, { _id: 2, a: null }, { _id: 3 }, { _id: 4, a: [[1], 2], b: 2 }],
    [{ _id: 1, a: 5, b: 1 }, { _id: 4, a: [1], b: 2 }, { _id: 4, a: 2, b: 2 }]],
  [{ $unwind: { path: '$a', includeArrayIndex: 'i' } }, [{ _id: 1, a: ['x', 'y'] }, { _id: 2, a: 'z' }],
    [{ _id: 1, a: 'x', i: long(0) }, { _id: 1, a: 'y', i: long(1) }, { _id: 2, a: 'z', i: null }]],
  [{ $unwind: { path: '$a', includeArrayIndex: 'a.i' } }, [{ _id: 1, a: [{ k: 1 }] }], [{ _id: 1, a: { k: 1, i: long(0) } }]],
  [{ $unwind: '$a.b' }, [{ _id: 1, a: { b: [1, 2], c: 3 } }, { _id: 2, a: [{ b: [1] }] }], [{ _id: 1, a: { b: 1, c: 3 } }, { _id: 1, a: { b: 2, c: 3 } }]],
  [{ $unwind: { path: '$a.b', preserveNullAndEmptyArrays: true } }, [{ _id: 1, a: { b: [], c: 3 } }, { _id: 2, a: null }],
    [{ _id: 1, a: { c: 3 } }, { _id: 2, a: null }]],
  [{ $unwind: 1 }, [], 15981],
  [{ $unwind: { path: 1 } }, [], 28808],
  [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: 1 } }, [], 28809],
  [{ $unwind: { path: '$a', includeArrayIndex: 1 } }, [], 28810],
  [{ $unwind: { path: '$a', includeArrayIndex: '' } }, [], 28810],
  [{ $unwind: { path: '$a', foo: 1 } }, [], 28811],
  [{ $unwind: {} }, [], 28812],
  [{ $unwind: 'a' }, [], 28818],
  [{ $unwind: { path: '$a', includeArrayIndex: '$i' } }, [], 28822]
]))

t.test('$replaceRoot and $replaceWith make another document', (t) => check(t, [
  [{ $replaceRoot: { newRoot: '$a' } }, [{ _id: 1, a: { b: new Double(1) } }], [{ b: new Double(1) }]],
  [{ $replaceWith: { $mergeObjects: [{ x: 1 }, '$$ROOT'] } }, ids(1), [{ x: 1, _id: 1 }]],
  [{ $replaceWith: '$zz' }, ids(1), 40228],
  [{ $replaceRoot: { newRoot: [1] } }, ids(1), 40228],
  [{ $replaceRoot: 1 }, [], 40229],
  [{ $replaceRoot: { newRoot: '$a', x: 1 } }, [], 40230],
  [{ $replaceRoot: {} }, [], 40231]
]))

t.test('$bucket groups by ranges and $sortByCount by values', (t) => check(t, [
  [{ $bucket: { groupBy: '$a', boundaries: [0, new Double(5), long(10)], default: 'other', output: { n: { $sum: 1 }, all: { $push: '$_id' } } } },
    [{ _id: 1, a: 5 }, { _id: 2, a: 10 }, { _id: 3 }, { _id: 4, a: -1 }, { _id: 5, a: 0 }],
    [{ _id: 0, n: 1, all: [5] }, { _id: new Double(5), n: 1, all: [1] }, { _id: 'other', n: 3, all: [2, 3, 4] }]],
  [{ $bucket: { groupBy: { $add: ['$_id', 1] }, boundaries: [1, { $add: [4, 1] }] } }, ids(0, 1), [{ _id: 1, count: 2 }]],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 5] } }, ids(1), 40066],
  [{ $bucket: 1 }, [], 40201],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 5], x: 1 } }, [], 40197],
  [{ $bucket: { groupBy: '$a' } }, [], 40198],
  [{ $bucket: { groupBy: 'a', boundaries: [0, 5] } }, [], 40202],
  [{ $bucket: { groupBy: '$a', boundaries: 1 } }, [], 40200],
  [{ $bucket: { groupBy: '$a', boundaries: [0, '$a'] } }, [], 40191],
  [{ $bucket: { groupBy: '$a', boundaries: [0] } }, [], 40192],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 'a'] } }, [], 40193],
  [{ $bucket: { groupBy: '$a', boundaries: [5, 5] } }, [], 40194],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 5], default: '$a' } }, [], 40195],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 5], output: 1 } }, [], 40196],
  [{ $bucket: { groupBy: '$a', boundaries: [0, 5], default: 3 } }, [], 40199],
  [{ $sortByCount: '$a' }, [{ _id: 1, a: 'x' }, { _id: 2, a: 'y' }, { _id: 3, a: 'y' }], [{ _id: 'y', count: 2 }, { _id: 'x', count: 1 }]],
  [{ $sortByCount: { $mod: ['$_id', 2] } }, ids(1, 2, 3), [{ _id: 1, count: 2 }, { _id: 0, count: 1 }]],
  [{ $sortByCount: { a: 1 } }, [], 40147],
  [{ $sortByCount: 'a' }, [], 40148],
  [{ $sortByCount: 1 }, [], 40149]
]))

t.test('$sample gives some documents, each of them once', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection(Array.from({ length: 300 }, (_, _id) => ({ _id })))
  const sampled = await collection.aggregate([{ $sample: { size: 50 } }]).toArray()
  t.equal(new Set(sampled.map(({ _id }) => Number(_id))).size, 50)
  t.ok(sampled.some(({ _id }) => Number(_id) >= 50), 'not always the first ones')
  t.equal((await collection.aggregate([{ $sample: { size: 1000 } }]).toArray()).length, 300)
  for (const [specification, code] of [[1, 28745], [{ size: 'x' }, 28746], [{ size: 0 }, 28747], [{ size: -1 }, 28747], [{ size: 1, x: 1 }, 28748], [{}, 28749]]) {
    t.equal(await aggregations.code([], [{ $sample: specification }]), code)
  }
})

t.test('$facet gives the results of several pipelines upon the same documents', (t) => check(t, [
  [{ $facet: { first: [{ $limit: 1 }], all: [{ $match: { _id: { $gt: 1 } } }, { $sort: { _id: -1 } }], n: [{ $count: 'n' }] } }, ids(1, 2, 3),
    [{ first: ids(1), all: ids(3, 2), n: [{ n: 3 }] }]],
  [{ $facet: { a: [{ $match: {} }] } }, [], [{ a: [] }]],
  [[{ $match: { _id: 1 } }, { $facet: { a: [{ $set: { b: 1 } }] } }, { $unwind: '$a' }, { $replaceRoot: { newRoot: '$a' } }], ids(1, 2), [{ _id: 1, b: 1 }]],
  [{ $facet: { a: [{ $count: 'n' }], b: [{ $project: { x: { $divide: [1, 0] } } }] } }, ids(1), 2],
  [{ $facet: 1 }, [], 40169],
  [{ $facet: {} }, [], 40169],
  [{ $facet: { a: 1 } }, [], 40170],
  [{ $facet: { a: [] } }, [], 2],
  [{ $facet: { 'a.b': [{ $count: 'n' }] } }, [], 16412],
  [{ $facet: { $a: [{ $count: 'n' }] } }, [], 16410],
  [{ $facet: { a: [1] } }, [], 14],
  [{ $facet: { a: [{ $facet: { b: [] } }] } }, [], 40600],
  [{ $facet: { a: [{ $out: 'x' }] } }, [], 40600]
]))

t.test('$facet reads many documents without holding them', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection(Array.from({ length: 1000 }, (_, _id) => ({ _id, text: 'x'.repeat(1000) })))
  const [{ page, total }] = await collection.aggregate([
    { $set: { more: { $range: [0, 150] } } }, { $unwind: '$more' }, { $facet: { page: [{ $skip: 10 }, { $limit: 2 }, { $project: { more: 1 } }], total: [{ $count: 'n' }] } }
  ]).toArray()
  sameBson(t, page, [{ _id: 0, more: 10 }, { _id: 0, more: 11 }])
  sameBson(t, total, [{ n: 150000 }])
})

t.test('$facet holds no more than 100 MB of results', async (t) => {
  const aggregations = await startAggregations(t)
  const pipeline = [{ $set: { i: { $range: [0, 120] }, text: 'x'.repeat(1024 * 1024) } }, { $unwind: '$i' }, { $facet: { a: [{ $skip: 1 }] } }]
  t.equal(await aggregations.code(ids(1), pipeline), 292)
})
