import { Decimal128, Long, ObjectId, type Document } from 'bson'
import t from 'tap'
import { sameBson, startAggregations } from './aggregate-cases.js'

/** A documented behaviour: documents, a pipeline, and its result or the code of its error. */
type Behaviour = [title: string, documents: Document[], pipeline: Document[], result: Document[] | number]

const id = (n: number): ObjectId => new ObjectId(String(n).padStart(24, '0'))
const long = (text: string): Long => Long.fromString(text)
const decimal = (text: string): Decimal128 => Decimal128.fromString(text)

const behaviours: Behaviour[] = [
  ['$sum of ints is an int', [{ _id: 1, k: 'a', n: 1 }, { _id: 2, k: 'a', n: 2 }], [{ $group: { _id: '$k', s: { $sum: '$n' } } }], [{ _id: 'a', s: 3 }]],
  ['$group by an ObjectId', [{ _id: 1, k: id(1) }, { _id: 2, k: id(1) }], [{ $group: { _id: '$k', c: { $sum: 1 } } }], [{ _id: id(1), c: 2 }]],
  ['$group takes missing and null as one', [{ _id: 1 }, { _id: 2, k: null }], [{ $group: { _id: '$k', c: { $sum: 1 } } }], [{ _id: null, c: 2 }]],
  ['$sum of decimals is exact', [{ _id: 1, n: decimal('1.1') }, { _id: 2, n: decimal('2.2') }], [{ $group: { _id: null, s: { $sum: '$n' } } }], [{ _id: null, s: decimal('3.3') }]],
  ['$sum of longs is exact', [{ _id: 1, n: long('9007199254740993') }, { _id: 2, n: 1 }], [{ $group: { _id: null, s: { $sum: '$n' } } }],
    [{ _id: null, s: long('9007199254740994') }]],
  ['$group by an expression', [{ _id: 1, d: new Date(0) }, { _id: 2, d: new Date(1000) }],
    [{ $group: { _id: { $dateToString: { date: '$d', format: '%Y-%m-%d' } }, c: { $sum: 1 } } }], [{ _id: '1970-01-01', c: 2 }]],
  ['$unwind', [{ _id: 1, a: [1, 2] }, { _id: 2, a: [] }], [{ $unwind: '$a' }], [{ _id: 1, a: 1 }, { _id: 1, a: 2 }]],
  ['$unwind keeps what has no elements', [{ _id: 2, a: [] }, { _id: 3 }],
    [{ $unwind: { path: '$a', preserveNullAndEmptyArrays: true, includeArrayIndex: 'i' } }], [{ _id: 2, i: null }, { _id: 3, i: null }]],
  ['$count of nothing gives no document', [], [{ $count: 'n' }], []],
  ['$match and $count', [{ _id: 1 }], [{ $match: {} }, { $count: 'n' }], [{ n: 1 }]],
  ['the pipeline of countDocuments', [{ _id: 1 }, { _id: 2 }], [{ $match: {} }, { $group: { _id: 1, n: { $sum: 1 } } }], [{ _id: 1, n: 2 }]],
  ['$type of a field', [{ _id: 1, a: id(1), b: decimal('1'), c: long('9007199254740993') }],
    [{ $project: { _id: 0, a: { $type: '$a' }, b: { $type: '$b' }, c: { $type: '$c' }, d: { $type: '$zzz' } } }], [{ a: 'objectId', b: 'decimal', c: 'long', d: 'missing' }]],
  ['$toString of an ObjectId', [{ _id: id(7) }], [{ $project: { _id: 0, s: { $toString: '$_id' } } }], [{ s: id(7).toHexString() }]],
  ['$toObjectId', [{ _id: 1, s: id(7).toHexString() }], [{ $project: { _id: 0, o: { $toObjectId: '$s' } } }], [{ o: id(7) }]],
  ['$toDate of an ObjectId', [{ _id: id(0) }], [{ $project: { _id: 0, d: { $toDate: '$_id' } } }], [{ d: new Date(0) }]],
  ['$project of a nested field that is missing', [{ _id: 1, a: 1 }], [{ $project: { b: '$zz.y' } }], [{ _id: 1 }]],
  ['$add with something missing is null', [{ _id: 1, a: 1 }], [{ $project: { b: { $add: ['$a', '$zz'] } } }], [{ _id: 1, b: null }]],
  ['$divide by zero fails', [{ _id: 1 }], [{ $project: { b: { $divide: [1, 0] } } }], 2],
  ['$cond', [{ _id: 1, a: 1 }], [{ $project: { b: { $cond: [{ $eq: ['$a', 1] }, 'y', 'n'] } } }], [{ _id: 1, b: 'y' }]],
  ['$facet', [{ _id: 1 }, { _id: 2 }], [{ $facet: { a: [{ $limit: 1 }], b: [{ $count: 'n' }] } }], [{ a: [{ _id: 1 }], b: [{ n: 2 }] }]],
  ['$first behind $sort', [{ _id: 1, k: 1, v: 2 }, { _id: 2, k: 1, v: 1 }], [{ $sort: { v: 1 } }, { $group: { _id: '$k', f: { $first: '$v' } } }], [{ _id: 1, f: 1 }]],
  ['an unknown stage fails', [{ _id: 1 }], [{ $foo: {} }], 40324],
  ['$sample', [{ _id: 1 }], [{ $sample: { size: 1 } }], [{ _id: 1 }]],
  ['$bucket', [{ _id: 1, a: 1 }, { _id: 2, a: 7 }], [{ $bucket: { groupBy: '$a', boundaries: [0, 5, 10] } }], [{ _id: 0, count: 1 }, { _id: 5, count: 1 }]],
  ['$replaceRoot by something else than a document fails', [{ _id: 1, a: 1 }], [{ $replaceRoot: { newRoot: '$a' } }], 40228],
  ['$setUnion of ObjectIds', [{ _id: 1, a: [id(1)], b: [id(1)] }], [{ $project: { _id: 0, n: { $size: { $setUnion: ['$a', '$b'] } } } }], [{ n: 1 }]],
  ['$in of ObjectIds', [{ _id: 1, a: id(1), b: [id(1)] }], [{ $project: { _id: 0, n: { $in: ['$a', '$b'] } } }], [{ n: true }]],
  ['$eq tells documents apart by the order of fields', [{ _id: 1, a: { x: 1, y: 2 }, b: { y: 2, x: 1 } }], [{ $project: { _id: 0, n: { $eq: ['$a', '$b'] } } }], [{ n: false }]],
  ['$cmp: an ObjectId is below a bool', [{ _id: 1, a: id(1), b: true }], [{ $project: { _id: 0, n: { $cmp: ['$a', '$b'] } } }], [{ n: -1 }]]
]

t.test('the documented behaviours of pipelines', async (t) => {
  const aggregations = await startAggregations(t)
  for (const [title, documents, pipeline, result] of behaviours) {
    if (typeof result === 'number') t.equal(await aggregations.code(documents, pipeline), result, title)
    else sameBson(t, await aggregations.run(documents, pipeline), result, title)
  }
})

t.test('$lookup finds what has the same value', async (t) => {
  const aggregations = await startAggregations(t)
  const other = await aggregations.collection([{ _id: id(1) as ObjectId }])
  const found = await aggregations.run([{ _id: 1, k: id(1) }], [{ $lookup: { from: other.collectionName, localField: 'k', foreignField: '_id', as: 'x' } }])
  sameBson(t, found, [{ _id: 1, k: id(1), x: [{ _id: id(1) }] }])
})
