import { Double, Long, type Document } from 'bson'
import t from 'tap'
import { sameBson, startAggregations, type Aggregations } from './aggregate-cases.js'

/** Who reports to whom: 1 at the top, with a circle of 6 and 7 beside. */
const people = [
  { _id: 1, name: 'Dev' }, { _id: 2, name: 'Eliot', boss: 'Dev' }, { _id: 3, name: 'Ron', boss: 'Eliot' }, { _id: 4, name: 'Andrew', boss: 'Eliot' },
  { _id: 5, name: 'Asya', boss: 'Ron' }, { _id: 6, name: 'Ouro', boss: 'Boros' }, { _id: 7, name: 'Boros', boss: 'Ouro' }
]
const chain = { startWith: '$boss', connectFromField: 'boss', connectToField: 'name', as: 'x' }

/** The ids of what is reached from one document. */
async function reached (aggregations: Aggregations, from: string, local: Document, options: Document): Promise<number[]> {
  const [{ x }] = await aggregations.run([{ _id: 1, ...local }], [{ $graphLookup: { from, ...chain, ...options } }])
  return x.map(({ _id }: Document) => Number(_id)).sort()
}

t.test('$graphLookup follows references to their end, and circles once', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection(people)
  t.strictSame(await reached(aggregations, from, { boss: 'Ron' }, {}), [1, 2, 3])
  t.strictSame(await reached(aggregations, from, { boss: 'Ouro' }, {}), [6, 7])
  t.strictSame(await reached(aggregations, from, { boss: 'Nobody' }, {}), [])
  t.strictSame(await reached(aggregations, from, { boss: ['Andrew', 'Boros'] }, {}), [1, 2, 4, 6, 7], 'from each element of an array')
  t.strictSame(await reached(aggregations, from, {}, {}), [], 'a missing value leads nowhere')
  t.strictSame(await reached(aggregations, from, { boss: null }, { connectToField: 'boss', connectFromField: 'none' }), [1], 'null finds what has no such field')
  t.strictSame(await reached(aggregations, 'missing', { boss: 'Ron' }, {}), [])
})

t.test('$graphLookup goes no deeper than maxDepth, and says how deep it was', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection(people)
  t.strictSame(await reached(aggregations, from, { boss: 'Ron' }, { maxDepth: 0 }), [3])
  t.strictSame(await reached(aggregations, from, { boss: 'Ron' }, { maxDepth: new Long(1) }), [2, 3])
  const found = await aggregations.run([{ _id: 9, boss: 'Ron' }], [{ $graphLookup: { from, ...chain, depthField: 'at.depth' } }])
  sameBson(t, found, [{
    _id: 9,
    boss: 'Ron',
    x: [
      { _id: 3, name: 'Ron', boss: 'Eliot', at: { depth: new Long(0) } },
      { _id: 2, name: 'Eliot', boss: 'Dev', at: { depth: new Long(1) } },
      { _id: 1, name: 'Dev', at: { depth: new Long(2) } }
    ]
  }])
})

t.test('$graphLookup only goes through what restrictSearchWithMatch lets pass', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection(people)
  t.strictSame(await reached(aggregations, from, { boss: 'Asya' }, { restrictSearchWithMatch: { name: { $ne: 'Eliot' } } }), [3, 5])
  const restricted = { $graphLookup: { from, ...chain, restrictSearchWithMatch: { $expr: { $ne: ['$name', '$$who'] } } } }
  const [{ x }] = await aggregations.db.aggregate([{ $documents: [{ boss: 'Ron' }] }, restricted], { let: { who: 'Dev' } }).toArray()
  t.strictSame(x.map(({ name }: Document) => name), ['Ron', 'Eliot'])
})

t.test('$graphLookup follows arrays of references, each kind of number as the same', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection([
    { _id: 1, to: [{ id: new Double(2) }, { id: new Long(3) }] }, { _id: 2, to: { id: 1 } }, { _id: 3 }, { _id: 4 }
  ])
  const options = { startWith: 1, connectFromField: 'to.id', connectToField: '_id' }
  t.strictSame(await reached(aggregations, from, {}, options), [1, 2, 3])
})

t.test('$graphLookup uses an index of the other collection', async (t) => {
  const aggregations = await startAggregations(t)
  const links = await aggregations.collection(Array.from({ length: 3000 }, (_, n) => ({ _id: n, key: `k${n}`, next: `k${n + 1}` })))
  await links.createIndex({ key: 1 })
  const options = { startWith: 'k0', connectFromField: 'next', connectToField: 'key', maxDepth: 1500 }
  t.equal((await reached(aggregations, links.collectionName, {}, options)).length, 1501, 'without it this would read millions of documents')
})

t.test('$graphLookup holds 100 MB', async (t) => {
  const aggregations = await startAggregations(t)
  const { collectionName: from } = await aggregations.collection(Array.from({ length: 11 }, (_, _id) => ({ _id, all: 1, text: 'x'.repeat(10_000_000) })))
  t.equal(await aggregations.code([{}], [{ $graphLookup: { from, startWith: 1, connectFromField: 'all', connectToField: 'all', as: 'x' } }]), 40099)
})

t.test('a $graphLookup that cannot be is refused with its code', async (t) => {
  const aggregations = await startAggregations(t)
  const complete = { from: 'b', ...chain }
  const cases: Array<[lookup: unknown, code: number]> = [
    [1, 40327],
    [{ ...complete, foo: 1 }, 40104],
    [{ ...complete, from: 1 }, 40103],
    [{ ...complete, depthField: 1 }, 40103],
    [{ from: 'b', startWith: 1, connectFromField: 'a', connectToField: 'b' }, 40105],
    [chain, 40105],
    [{ ...complete, as: '$x' }, 16410],
    [{ ...complete, maxDepth: 'x' }, 40100],
    [{ ...complete, maxDepth: -1 }, 40101],
    [{ ...complete, maxDepth: new Double(1.5) }, 40102],
    [{ ...complete, restrictSearchWithMatch: 1 }, 40185],
    [{ ...complete, restrictSearchWithMatch: { $foo: 1 } }, 2]
  ]
  for (const [lookup, code] of cases) t.equal(await aggregations.code([{}], [{ $graphLookup: lookup }]), code, JSON.stringify(lookup))
})
