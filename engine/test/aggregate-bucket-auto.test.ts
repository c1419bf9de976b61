import t from 'tap'
import { sameBson, startAggregations } from './aggregate-cases.js'
import { encode } from '../bson/value.js'
import { deserialize } from 'bson'
import type { Document } from 'mongodb'

const numbered = (...values: unknown[]): Document[] => values.map((x, _id) => ({ _id, x }))
const range = (min: unknown, max: unknown, count: number): Document => deserialize(encode({ _id: { min, max }, count }), { promoteValues: false })

const cases: Array<[title: string, documents: Document[], stage: Document, expected: Document[]]> = [
  ['equal parts', numbered(1, 2, 3, 4, 5, 6), { groupBy: '$x', buckets: 3 }, [range(1, 3, 2), range(3, 5, 2), range(5, 6, 2)]],
  ['the last one has the rest', numbered(1, 2, 3, 4, 5, 6, 7), { groupBy: '$x', buckets: 3 }, [range(1, 3, 2), range(3, 5, 2), range(5, 7, 3)]],
  ['equal values stay together', numbered(1, 1, 1, 1, 2, 3), { groupBy: '$x', buckets: 3 }, [range(1, 2, 4), range(2, 3, 2)]],
  ['more buckets than documents', numbered(3, 1), { groupBy: '$x', buckets: 5 }, [range(1, 3, 1), range(3, 3, 1)]],
  ['no documents', [], { groupBy: '$x', buckets: 5 }, []],
  ['one bucket', numbered(2, 1), { groupBy: '$x', buckets: 1 }, [range(1, 2, 2)]],
  ['what is missing is null, and types are ordered', [{ _id: 1 }, { _id: 2, x: 'a' }, { _id: 3, x: [1] }], { groupBy: '$x', buckets: 3 }, [range(null, 'a', 1), range('a', [1], 1), range([1], [1], 1)]]
]

t.test('$bucketAuto divides documents as documented', async (t) => {
  const aggregations = await startAggregations(t)
  for (const [title, documents, $bucketAuto, expected] of cases) sameBson(t, await aggregations.run(documents, [{ $bucketAuto }]), expected, title)
})

t.test('$bucketAuto has accumulators and expressions', async (t) => {
  const aggregations = await startAggregations(t)
  const found = await aggregations.run(numbered(1, 2, 3, 4), [{ $bucketAuto: { groupBy: { $multiply: ['$x', -1] }, buckets: 2, output: { sum: { $sum: '$x' }, all: { $push: '$x' } } } }])
  t.match(found.map(({ sum, all }) => [sum.valueOf(), all.map(Number)]), [[7, [4, 3]], [3, [2, 1]]])
})

t.test('$bucketAuto is refused as MongoDB refuses it', async (t) => {
  const aggregations = await startAggregations(t)
  const refusals: Array<[unknown, number]> = [
    [5, 40240], [{ groupBy: '$x', buckets: 1, other: 1 }, 40245], [{ groupBy: '$x' }, 40246], [{ buckets: 1 }, 40246], [{ groupBy: 'x', buckets: 1 }, 40239],
    [{ groupBy: '$x', buckets: 'x' }, 40241], [{ groupBy: '$x', buckets: 1.5 }, 40242], [{ groupBy: '$x', buckets: 0 }, 40243],
    [{ groupBy: '$x', buckets: 1, output: 1 }, 40244], [{ groupBy: '$x', buckets: 1, output: { a: { $foo: 1 } } }, 15952], [{ groupBy: '$x', buckets: 1, granularity: 'R5' }, 238]
  ]
  for (const [$bucketAuto, code] of refusals) t.equal(await aggregations.code([], [{ $bucketAuto } as Document]), code, JSON.stringify($bucketAuto))
  for (const operator of ['$median', '$percentile']) t.equal(await aggregations.code([], [{ $group: { _id: null, a: { [operator]: {} } } }]), 238, operator)
})
