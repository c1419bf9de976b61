import { Decimal128, Double, Long, MaxKey, MinKey } from 'bson'
import type { Collection, Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { BsonType, buildDocument, valueFrom } from '../bson/value.js'
import { Namespace } from '../storage/namespace.js'
import { explained } from './explained.js'
import { startTestEngine, type TestEngine } from './helper.js'

interface World { readonly collection: Collection, readonly engine: TestEngine }

async function start (t: Test, values: readonly unknown[], key: Document = { v: 1 }): Promise<World> {
  const engine = await startTestEngine(t)
  const collection = engine.client.db('test').collection('values')
  await collection.createIndex(key as { v: 1 })
  await collection.insertMany(values.map((v, at) => ({ _id: at as never, ...(v === undefined ? {} : { v }) })))
  return { collection, engine }
}

/** How many keys of the index a query has looked at; it must have found what is expected. */
async function keysFor (t: Test, { collection }: World, filter: Document, expected: number[]): Promise<number> {
  const [, { name: hint }] = await collection.indexes()
  const found = await collection.find(filter, { hint }).toArray()
  t.strictSame(found.map(({ _id }) => Number(_id)).sort((a, b) => a - b), expected, JSON.stringify(filter))
  return (await explained(collection, filter, { hint })).keys
}

for (const direction of [1, -1]) {
  t.test(`numbers of all types are one range, ${direction > 0 ? 'ascending' : 'descending'}`, async (t) => {
    const world = await start(t, [1, new Double(2), Long.fromNumber(3), Decimal128.fromString('4.00'), 'x', null], { v: direction })
    t.equal(await keysFor(t, world, { v: { $gt: 1, $lt: 4 } }, [1, 2]), 2)
    t.equal(await keysFor(t, world, { v: { $gte: Long.fromNumber(1), $lte: new Double(4) } }, [0, 1, 2, 3]), 4)
    t.equal(await keysFor(t, world, { v: Decimal128.fromString('3') }, [2]), 1)
    t.equal(await keysFor(t, world, { v: { $in: [4, 1, 1] } }, [0, 3]), 2)
  })

  t.test(`a range stays within its type, ${direction > 0 ? 'ascending' : 'descending'}`, async (t) => {
    const world = await start(t, ['a', 5, true, new Date(0), null, new MinKey(), new MaxKey(), undefined], { v: direction })
    t.equal(await keysFor(t, world, { v: { $gt: '' } }, [0]), 1)
    t.equal(await keysFor(t, world, { v: { $gte: false } }, [2]), 1)
    t.equal(await keysFor(t, world, { v: { $lt: new Date(1) } }, [3]), 1)
  })

  t.test(`MinKey and MaxKey are compared with everything, ${direction > 0 ? 'ascending' : 'descending'}`, async (t) => {
    const world = await start(t, ['a', null, new MinKey(), new MaxKey(), undefined], { v: direction })
    await keysFor(t, world, { v: { $gt: new MinKey() } }, [0, 1, 3, 4])
    await keysFor(t, world, { v: { $lt: new MaxKey() } }, [0, 1, 2, 4])
    await keysFor(t, world, { v: { $lte: new MinKey() } }, [2])
  })
}

t.test('null is a point that also has the documents without the field', async (t) => {
  const world = await start(t, [1, null, undefined, [], [null]])
  t.equal(await keysFor(t, world, { v: null }, [1, 2, 4]), 4) // with [], which has the key of undefined
  t.equal(await keysFor(t, world, { v: { $in: [null, 1] } }, [0, 1, 2, 4]), 5)
  t.equal(await keysFor(t, world, { v: { $gte: null } }, [1, 2, 4]), 4)
  t.equal(await keysFor(t, world, { v: { $gt: null } }, []), 0)
})

t.test("BSON's old undefined is found by null", async (t) => {
  const world = await start(t, [1])
  const collection = world.engine.store.catalog.find(new Namespace('test', 'values'))!
  const old = { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }
  await world.engine.store.write((tx) => tx.insert(collection, buildDocument([['_id', valueFrom(7)], ['v', old]])))
  await keysFor(t, world, { v: null }, [7])
})

t.test('NaN is equal to itself and in no range', async (t) => {
  const world = await start(t, [NaN, 1, -Infinity, Decimal128.fromString('NaN')])
  t.equal(await keysFor(t, world, { v: NaN }, [0, 3]), 2)
  await keysFor(t, world, { v: { $lt: 5 } }, [1, 2])
  await keysFor(t, world, { v: { $gte: NaN } }, [0, 3])
})

t.test('an expression that begins with text reads the strings that begin so', async (t) => {
  const world = await start(t, ['a', 'ab', 'abc', 'abd', 'ac', 'b', /^ab/, 5])
  t.equal(await keysFor(t, world, { v: /^ab/ }, [1, 2, 3, 6]), 4)
  t.equal(await keysFor(t, world, { v: /^abc?/ }, [1, 2, 3]), 3)
  t.equal(await keysFor(t, world, { v: /^ab*$/ }, [0, 1]), 5)
  t.equal(await keysFor(t, world, { v: /^ab.$/ }, [2, 3]), 3)
  t.equal(await keysFor(t, world, { v: { $regex: '^ab{2}' } }, []), 5)
})

t.test('an expression that may begin otherwise reads all', async (t) => {
  const world = await start(t, ['ab', 'AB', 'b', 'x\nab'])
  for (const [pattern, expected] of [[/^ab/i, [0, 1]], [/^ab/m, [0, 3]], [/^ab|b/, [0, 2, 3]], [/ab/, [0, 3]], [/^(ab)/, [0]]] as const) {
    t.equal(await keysFor(t, world, { v: pattern }, [...expected]), 4, String(pattern))
  }
})

t.test('a list with a pattern or an array narrows nothing', async (t) => {
  const world = await start(t, ['ab', 1, [1, 2], [[1, 2]]])
  await keysFor(t, world, { v: { $in: [/^a/, 1] } }, [0, 1, 2])
  await keysFor(t, world, { v: { $in: [[1, 2]] } }, [2, 3])
  await keysFor(t, world, { v: { $gt: [1] } }, [2, 3])
})

t.test('conditions on elements of one array are not narrowed together', async (t) => {
  const world = await start(t, [[1, 9], [4], [6]])
  await keysFor(t, world, { v: { $gt: 3, $lt: 5 } }, [0, 1])
  await keysFor(t, world, { v: { $all: [1, 9] } }, [0])
  await keysFor(t, world, { $and: [{ v: { $lt: 5 } }, { v: 9 }] }, [0])
})

t.test('conditions on fields of the elements of one array are not narrowed together', async (t) => {
  const world = await start(t, [[{ b: 1, c: 1 }, { b: 2, c: 2 }], [{ b: 1, c: 2 }]], { 'v.b': 1, 'v.c': 1 })
  t.equal(await keysFor(t, world, { 'v.b': 1, 'v.c': 2 }, [0, 1]), 2)
})

t.test('a document is found once, however many of its elements are in the range', async (t) => {
  const world = await start(t, [[1, 2, 3], [2, 3], 4])
  t.match(await explained(world.collection, { v: { $gte: 1 } }), { keys: 6, documents: 3, returned: 3 })
})

t.test('an array is in its place by one element only, so that its index gives no order', async (t) => {
  const world = await start(t, [[3, 1], [2, 3], [3]])
  t.match(await explained(world.collection, {}, { sort: { v: 1 } }), { stages: 'SORT > COLLSCAN' })
  t.match(await explained(world.collection, { v: 3 }, { sort: { v: 1 } }), { stages: 'SORT > FETCH > IXSCAN' })
  const sorted = await world.collection.find({ v: 3 }).sort({ v: -1, _id: -1 }).toArray()
  t.strictSame(sorted.map(({ _id }) => _id), [2, 1, 0])
})

t.test('an array that one element is asked for leaves the order of what follows', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection('notes')
  await notes.createIndex({ tags: 1, at: -1 })
  await notes.insertMany([{ tags: ['a', 'b'], at: 1 }, { tags: ['b'], at: 3 }, { tags: ['a', 'c'], at: 2 }])
  t.match(await explained(notes, { tags: 'a' }, { sort: { at: -1 }, limit: 1 }), { stages: 'LIMIT > FETCH > IXSCAN', documents: 1 })
  t.match(await explained(notes, { tags: { $in: ['a', 'b'] } }, { sort: { at: -1 } }), { stages: 'FETCH > SORT_MERGE > IXSCAN', returned: 3 })
  t.strictSame((await notes.find({ tags: { $in: ['a', 'b'] } }).sort({ at: -1 }).toArray()).map(({ at }) => at), [3, 2, 1])
})

t.test('values too long for a key are found, once each, and sorted without the index', async (t) => {
  const long = 'x'.repeat(2000)
  const world = await start(t, [`${long}b`, `${long}a`, 'y', `${long}c`])
  await keysFor(t, world, { v: `${long}a` }, [1])
  await keysFor(t, world, { v: { $in: [`${long}a`, `${long}b`, 'y'] } }, [0, 1, 2])
  await keysFor(t, world, { v: { $gt: `${long}a`, $lt: 'y' } }, [0, 3])
  await keysFor(t, world, { v: { $lte: `${long}a` } }, [1])
  t.match(await explained(world.collection, {}, { sort: { v: 1 } }), { stages: 'SORT > COLLSCAN' })
  t.strictSame((await world.collection.find().sort({ v: 1 }).toArray()).map(({ _id }) => _id), [1, 0, 3, 2])
})

t.test('ids too long for a key are told apart and sorted', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection<{ _id: string }>('notes')
  const ids = ['c', 'a', 'b'].map((end) => 'x'.repeat(2000) + end)
  await notes.insertMany(ids.map((_id) => ({ _id })))
  t.strictSame(await notes.findOne({ _id: ids[0] }), { _id: ids[0] })
  for (const filter of [{}, { _id: { $in: ids } }]) {
    t.strictSame((await notes.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id.at(-1)), ['a', 'b', 'c'])
  }
  t.equal((await notes.find({ _id: { $in: [...ids, `${ids[0]}d`] } }).toArray()).length, 3)
})

t.test('an $elemMatch of values is asked of one entry, with both ends of a range', async (t) => {
  const world = await start(t, [[0, 9], [2, 9], [3], [[3]], 3, [], [null], [{ x: 3 }]])
  t.equal(await keysFor(t, world, { v: { $elemMatch: { $gt: 1, $lt: 5 } } }, [1, 2]), 3)
  t.equal(await keysFor(t, world, { v: { $elemMatch: { $gte: 2, $lte: 3, $ne: 3 } } }, [1]), 3)
  t.equal(await keysFor(t, world, { v: { $elemMatch: { $in: [0, null] } } }, [0, 6]), 3)
  t.equal(await keysFor(t, world, { v: { $elemMatch: { $gt: 5, $lt: 1 } } }, []), 0)
  t.equal(await keysFor(t, world, { v: { $all: [{ $elemMatch: { $gte: 9 } }, { $elemMatch: { $lt: 1 } }] } }, [0]), 2)
  await keysFor(t, world, { v: { $elemMatch: { $elemMatch: { $gte: 1 } } } }, [3])
  await keysFor(t, world, { v: { $not: { $elemMatch: { $gt: 1 } } } }, [4, 5, 6, 7, 3].sort())
})

t.test('an $elemMatch of documents is asked of the index on a path through them', async (t) => {
  const world = await start(t, [[{ b: 5, c: 1 }], [{ b: 1 }, { b: 9 }], [{ b: [0, 9] }], [{ b: { d: [{ e: 5 }] } }], { b: 5 }, [[{ b: 5 }]], [{}]], { 'v.b': 1 })
  t.equal(await keysFor(t, world, { v: { $elemMatch: { b: 5 } } }, [0]), 2)
  t.equal(await keysFor(t, world, { v: { $elemMatch: { b: 5, c: 2 } } }, []), 2)
  await keysFor(t, world, { v: { $elemMatch: { b: { $gt: 1, $lt: 9 } } } }, [0, 2])
  await keysFor(t, world, { v: { $elemMatch: { b: { $elemMatch: { $gt: 1, $lt: 10 } } } } }, [2])
  await keysFor(t, world, { v: { $elemMatch: { b: null } } }, [5, 6])
  await keysFor(t, world, { v: { $elemMatch: { b: { $exists: false } } } }, [5, 6])
  await world.collection.createIndex({ 'v.b.d.e': 1 }, { sparse: true })
  const deep = { v: { $elemMatch: { 'b.d': { $elemMatch: { e: 5 } } } } }
  t.match(await explained(world.collection, deep), { stages: 'FETCH > IXSCAN', indexName: 'v.b.d.e_1', returned: 1 })
})

t.test('an index has no elements of an array that its path names by an index', async (t) => {
  const world = await start(t, [[[1, 2]], [[3]], [[{ b: 1 }]]], { 'v.0': 1 })
  await keysFor(t, world, { 'v.0': { $elemMatch: { $gt: 0 } } }, [0, 1])
  await world.collection.createIndex({ 'v.0.b': 1 })
  t.same((await world.collection.find({ 'v.0': { $elemMatch: { b: 1 } } }).toArray()).map(({ _id }) => _id), [2])
})
