import { Decimal128, Double, Long, type Document } from 'bson'
import t from 'tap'
import { sameBson, startAggregations } from './aggregate-cases.js'

const long = (text: string): Long => Long.fromString(text)
const decimal = (text: string): Decimal128 => Decimal128.fromString(text)
const double = (number: number): Double => new Double(number)
const numbers = (...values: unknown[]): Document[] => values.map((v, index) => ({ _id: index, v }))
const MAX_INT64 = long('9223372036854775807')

t.test('accumulators gather what the manual says, in its types', async (t) => {
  const aggregations = await startAggregations(t)
  /** What an accumulator makes of values; `undefined` is a document without the field. */
  const cases: Array<[title: string, accumulator: Document, values: unknown[], result: unknown]> = [
    ['$sum of nothing numeric is 0', { $sum: '$v' }, ['x', null, undefined], 0],
    ['$sum of an int32 too large is a long', { $sum: '$v' }, [2147483647, 1], long('2147483648')],
    ['$sum of longs stays one', { $sum: '$v' }, [long('1'), 1], long('2')],
    ['$sum of longs too large is a double', { $sum: '$v' }, [MAX_INT64, MAX_INT64], double(2 ** 64)],
    ['$sum comes back from an overflow', { $sum: '$v' }, [MAX_INT64, 1, -1], MAX_INT64],
    ['$sum of doubles carries what is rounded off', { $sum: '$v' }, [0.1, 0.2, 0.3].map(double), double(0.6)],
    ['$sum with a double is one', { $sum: '$v' }, [1, double(2)], double(3)],
    ['$sum of infinities', { $sum: '$v' }, [double(Infinity), double(1)], double(Infinity)],
    ['$sum of a decimal and a double', { $sum: '$v' }, [decimal('1.1'), double(0.5), 1, long('2')], decimal('4.6')],
    ['$sum of many ints is exact', { $sum: { $multiply: ['$v', long('4503599627370497')] } }, [1, 2], long('13510798882111491')],
    ['$sum of a constant other than an int', { $sum: double(0.5) }, [1, 2, 3], double(1.5)],
    ['$sum of a string constant is 0', { $sum: 'x' }, [1, 2], 0],
    ['$count', { $count: {} }, [1, 2], 2],
    ['$avg is a double', { $avg: '$v' }, [1, 2, 'x'], double(1.5)],
    ['$avg of decimals is one', { $avg: '$v' }, [decimal('1'), decimal('2')], decimal('1.5')],
    ['$avg of nothing is null', { $avg: '$v' }, ['x'], null],
    ['$stdDevPop', { $stdDevPop: '$v' }, [2, 4, 4, 4, 5, 5, 7, 9, 'x'], double(2)],
    ['$stdDevPop of nothing is null', { $stdDevPop: '$v' }, ['x'], null],
    ['$stdDevSamp', { $stdDevSamp: '$v' }, [1, 3], double(Math.SQRT2)],
    ['$stdDevSamp of one is null', { $stdDevSamp: '$v' }, [1], null],
    ['$min passes over null and missing', { $min: '$v' }, [null, undefined, 3, double(2), 'a'], double(2)],
    ['$max follows the order of types', { $max: '$v' }, [3, 'a', null], 'a'],
    ['$min of nothing is null', { $min: '$v' }, [null, undefined], null],
    ['$first is the first, even if it is null', { $first: '$v' }, [null, 1], null],
    ['$first that is missing is null', { $first: '$v' }, [undefined, 1], null],
    ['$last', { $last: '$v' }, [1, 2], 2],
    ['$last that is missing is null', { $last: '$v' }, [1, undefined], null],
    ['$push keeps null and leaves out what is missing', { $push: '$v' }, [1, null, undefined, 1], [1, null, 1]],
    ['$push of a document', { $push: { w: '$v' } }, [1, undefined], [{ w: 1 }, {}]],
    ['$addToSet takes 1 and 1.0 as one', { $addToSet: '$v' }, [1, double(1), 'a', undefined, [1]], [1, 'a', [1]]],
    ['$mergeObjects', { $mergeObjects: '$v' }, [{ a: 1, b: 1 }, null, { b: 2, c: 3 }], { a: 1, b: 2, c: 3 }],
    ['$firstN counts missing as null', { $firstN: { input: '$v', n: 2 } }, [undefined, 1, 2], [null, 1]],
    ['$lastN keeps the order', { $lastN: { input: '$v', n: long('2') } }, [1, 2, 3, 4, 5], [4, 5]],
    ['$lastN of fewer', { $lastN: { input: '$v', n: 3 } }, [1, undefined], [1, null]],
    ['$maxN begins with the highest', { $maxN: { input: '$v', n: 2 } }, [1, 5, null, 3, 4], [5, 4]],
    ['$minN begins with the lowest', { $minN: { input: '$v', n: 2 } }, [5, 1, undefined, 3, 2], [1, 2]],
    ['$top', { $top: { sortBy: { v: -1 }, output: '$_id' } }, [1, 3, 2], 1],
    ['$bottom', { $bottom: { sortBy: { v: -1 }, output: ['$v', '$zz'] } }, [1, 3, 2], [1, null]],
    ['$topN', { $topN: { n: 2, sortBy: { v: 1 }, output: '$v' } }, [4, 1, 3, 2], [1, 2]],
    ['$bottomN ends with the last', { $bottomN: { n: 2, sortBy: { v: 1 }, output: '$v' } }, [4, 1, 3, 2], [3, 4]]
  ]
  for (const [title, accumulator, values, result] of cases) {
    const documents = values.map((v, index) => v === undefined ? { _id: index } : { _id: index, v })
    sameBson(t, await aggregations.run(documents, [{ $group: { _id: null, r: accumulator } }]), [{ _id: null, r: result }], title)
  }
})

t.test('$sum of opposite infinities is no number', async (t) => {
  const aggregations = await startAggregations(t)
  const [{ r }] = await aggregations.run(numbers(double(Infinity), double(-Infinity)), [{ $group: { _id: null, r: { $sum: '$v' } } }])
  t.ok(Number.isNaN(Number(r)))
})

t.test('the number of values may depend on the group', async (t) => {
  const aggregations = await startAggregations(t)
  const documents = [{ _id: 1, k: 1, v: 'a' }, { _id: 2, k: 2, v: 'b' }, { _id: 3, k: 2, v: 'c' }, { _id: 4, k: 1, v: 'd' }]
  const found = await aggregations.run(documents, [{ $group: { _id: { k: '$k' }, r: { $firstN: { input: '$v', n: '$k' } } } }])
  sameBson(t, found, [{ _id: { k: 1 }, r: ['a'] }, { _id: { k: 2 }, r: ['b', 'c'] }])
})

t.test('ids of different types that are equal are one group, a missing part of an id is no null', async (t) => {
  const aggregations = await startAggregations(t)
  sameBson(t, await aggregations.run(numbers(1, double(1), decimal('1.0'), '1'), [{ $group: { _id: '$v', n: { $sum: 1 } } }]),
    [{ _id: 1, n: 3 }, { _id: '1', n: 1 }])
  sameBson(t, await aggregations.run([{ _id: 1 }, { _id: 2, v: null }], [{ $group: { _id: { v: '$v' } } }]), [{ _id: {} }, { _id: { v: null } }])
})

t.test('a constant id makes one group, and none of no documents', async (t) => {
  const aggregations = await startAggregations(t)
  const counting = [{ $group: { _id: { a: 1 }, n: { $sum: 2 }, m: { $count: {} } } }]
  sameBson(t, await aggregations.run(numbers(1, 2, 3), counting), [{ _id: { a: 1 }, n: 6, m: 3 }])
  sameBson(t, await aggregations.run([], counting), [])
  sameBson(t, await aggregations.run([], [{ $group: { _id: null, s: { $sum: '$v' } } }]), [])
})

t.test('what is no group is refused with its code', async (t) => {
  const aggregations = await startAggregations(t)
  const cases: Array<[group: unknown, code: number]> = [
    [1, 15947],
    [{}, 15955],
    [{ a: { $sum: 1 } }, 15955],
    [{ _id: 1, a: 1 }, 40234],
    [{ _id: 1, a: {} }, 40234],
    [{ _id: 1, 'a.b': { $sum: 1 } }, 40235],
    [{ _id: 1, $a: { $sum: 1 } }, 40236],
    [{ _id: 1, a: { $sum: 1, $avg: 1 } }, 40238],
    [{ _id: 1, a: { $foo: 1 } }, 15952],
    [{ _id: 1, a: { $accumulator: {} } }, 238],
    [{ _id: 1, a: { $sum: ['$a', '$b'] } }, 40237],
    [{ _id: 1, a: { $count: 1 } }, 14],
    [{ _id: 1, a: { $count: { a: 1 } } }, 14],
    [{ _id: 1, a: { $mergeObjects: '$_id' } }, 40400],
    [{ _id: 1, a: { $firstN: 1 } }, 5787900],
    [{ _id: 1, a: { $firstN: { input: 1, n: 1, x: 1 } } }, 5787901],
    [{ _id: 1, a: { $firstN: { input: 1 } } }, 5787906],
    [{ _id: 1, a: { $firstN: { n: 1 } } }, 5787907],
    [{ _id: 1, a: { $firstN: { input: 1, n: 'x' } } }, 5787902],
    [{ _id: 1, a: { $firstN: { input: 1, n: '$zz' } } }, 5787902],
    [{ _id: 1, a: { $firstN: { input: 1, n: 1.5 } } }, 5787903],
    [{ _id: 1, a: { $firstN: { input: 1, n: 0 } } }, 5787908],
    [{ _id: 1, a: { $top: 1 } }, 5788001],
    [{ _id: 1, a: { $top: { sortBy: { a: 1 }, output: 1, n: 1 } } }, 5788002],
    [{ _id: 1, a: { $topN: { sortBy: { a: 1 }, output: 1 } } }, 5788003],
    [{ _id: 1, a: { $top: { sortBy: { a: 1 } } } }, 5788004],
    [{ _id: 1, a: { $top: { output: 1 } } }, 5788005],
    [{ _id: 1, a: { $top: { sortBy: 1, output: 1 } } }, 5788604]
  ]
  for (const [group, code] of cases) t.equal(await aggregations.code([{ _id: 1 }], [{ $group: group }]), code, JSON.stringify(group))
})

t.test('a group holds no more than 100 MB, and what it drops does not count', async (t) => {
  const aggregations = await startAggregations(t)
  const text = 'x'.repeat(15 * 1024 * 1024)
  const upTo = (count: number, accumulator: Document): Document[] => [
    { $project: { i: { $range: [0, count] } } }, { $unwind: '$i' }, { $group: { _id: null, r: accumulator } }, { $project: { n: { $size: '$r' } } }
  ]
  const grown = { $concat: [text, { $toString: '$i' }] }
  t.equal(await aggregations.code([{ _id: 1 }], upTo(7, { $push: grown })), 292)
  t.equal(await aggregations.code([{ _id: 1 }], upTo(4, { $addToSet: grown })), 292)
  sameBson(t, await aggregations.run([{ _id: 1 }], upTo(7, { $lastN: { input: grown, n: 1 } })), [{ _id: null, n: 1 }])
  sameBson(t, await aggregations.run([{ _id: 1 }], upTo(7, { $topN: { output: grown, n: 1, sortBy: { i: 1 } } })), [{ _id: null, n: 1 }])
})
