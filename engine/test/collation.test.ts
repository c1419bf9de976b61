import type { Collection, Db, Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine } from './helper.js'

const noCase = { locale: 'en', strength: 2 } as const
const lettersOnly = { locale: 'en', strength: 1 } as const
const listed = {
  locale: 'en',
  caseLevel: false,
  caseFirst: 'off',
  strength: 2,
  numericOrdering: false,
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
  version: '57.1'
}

interface World { readonly db: Db, readonly words: Collection<{ _id: number, s?: unknown }> }

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const words = db.collection<{ _id: number, s?: unknown }>('words')
  await words.insertMany([{ _id: 1, s: 'ping' }, { _id: 2, s: 'Ping' }, { _id: 3, s: 'pïng' }, { _id: 4, s: 'pong' }, { _id: 5, s: 5 }])
  return { db, words }
}

async function idsOf (found: { toArray (): Promise<Document[]> }): Promise<unknown[]> {
  return (await found.toArray()).map(({ _id }) => _id)
}

/** The names of the stages of the plan, and of the index if there is one. */
async function planOf (words: Collection<{ _id: number, s?: unknown }>, filter: object, options: object): Promise<string[]> {
  const { queryPlanner } = await words.find(filter, options).explain('queryPlanner')
  const names: string[] = []
  for (let stage = queryPlanner.winningPlan; stage !== undefined; stage = stage.inputStage) names.push(stage.indexName ?? stage.stage)
  return names
}

t.test('queries compare strings by letters, also by accents, or also by case', async (t) => {
  const { words } = await start(t)
  for (const [collation, ids] of [[undefined, [1]], [{ locale: 'simple' }, [1]], [{ locale: 'en' }, [1]], [noCase, [1, 2]], [lettersOnly, [1, 2, 3]]] as const) {
    for (const filter of [{ s: 'ping' }, { s: { $in: ['ping', 6] } }, { $expr: { $eq: ['$s', 'ping'] } }]) {
      t.strictSame(await idsOf(words.find(filter, { collation })), ids, JSON.stringify([filter, collation]))
    }
    t.equal(await words.countDocuments({ s: 'ping' }, { collation }), ids.length)
  }
  t.strictSame(await idsOf(words.find({ s: { $gt: 'PING', $type: 'string' } }, { collation: noCase })), [3, 4])
  t.strictSame(await idsOf(words.find({ s: /^ping/ }, { collation: lettersOnly })), [1], 'a pattern knows no collation')
})

t.test('digits count as numbers where the collation says so: for order, equality, groups and unique keys', async (t) => {
  const { db } = await start(t)
  const versions = db.collection<{ _id: number, s: string }>('versions')
  const collation = { locale: 'en', numericOrdering: true }
  await versions.insertMany([{ _id: 1, s: 'a10' }, { _id: 2, s: 'a2' }, { _id: 3, s: 'a002' }, { _id: 4, s: 'A2' }, { _id: 5, s: 'a1b' }])
  t.strictSame(await idsOf(versions.find({}, { collation }).sort({ s: 1, _id: 1 })), [5, 2, 3, 4, 1])
  t.strictSame(await idsOf(versions.find({ s: { $gt: 'a2' } }, { collation }).sort({ _id: 1 })), [1, 4])
  t.same(await versions.distinct('s', {}, { collation: { ...collation, strength: 2 } }), ['a10', 'a2', 'a1b'])
  t.equal((await versions.aggregate([{ $group: { _id: '$s' } }], { collation }).toArray()).length, 4)
  await versions.createIndex({ s: 1 }, { collation, name: 'numeric' })
  t.match((await versions.indexes())[1], { collation: { ...listed, strength: 3, numericOrdering: true } })
  for (const hint of ['numeric', '_id_']) t.strictSame(await idsOf(versions.find({ s: 'a02' }, { collation, hint }).sort({ _id: 1 })), [2, 3], hint)
  await t.rejects(versions.createIndex({ s: 1 }, { collation, name: 'unique', unique: true }), { code: 11000 })
})

t.test('results are sorted by the collation; equal ones keep their order', async (t) => {
  const { words } = await start(t)
  t.strictSame(await idsOf(words.find().sort({ s: 1 })), [5, 2, 1, 4, 3])
  t.strictSame(await idsOf(words.find({}, { collation: { locale: 'en_US' } }).sort({ s: 1 })), [5, 1, 2, 3, 4])
  t.strictSame(await idsOf(words.find({}, { collation: lettersOnly }).sort({ s: -1 })), [4, 1, 2, 3, 5])
})

t.test('the stages of a pipeline compare by its collation, also what they look up', async (t) => {
  const { words } = await start(t)
  const run = (pipeline: Document[]): Promise<Document[]> => words.aggregate(pipeline, { collation: noCase }).toArray()
  t.strictSame(await run([{ $group: { _id: '$s', n: { $sum: 1 } } }, { $sort: { _id: 1 } }]),
    [{ _id: 5, n: 1 }, { _id: 'ping', n: 2 }, { _id: 'pïng', n: 1 }, { _id: 'pong', n: 1 }])
  t.strictSame(await run([{ $sortByCount: '$s' }, { $limit: 1 }]), [{ _id: 'ping', count: 2 }])
  t.strictSame(await run([{ $match: { _id: 1 } }, { $lookup: { from: 'words', localField: 's', foreignField: 's', as: 'same' } }, { $project: { n: { $size: '$same' } } }]), [{ _id: 1, n: 2 }])
  t.strictSame(await run([{ $match: { s: { $type: 'string' } } }, { $bucket: { groupBy: '$s', boundaries: ['PA', 'PJ', 'q'] } }]), [{ _id: 'PA', count: 3 }, { _id: 'PJ', count: 1 }])
  t.strictSame(await run([{ $match: { _id: 1 } }, {
    $project: {
      cmp: { $cmp: ['$s', 'PING'] },
      in: { $in: ['PING', ['$s']] },
      at: { $indexOfArray: [['$s'], 'PING'] },
      set: { $setUnion: [['$s'], ['PING', 'X']] },
      max: { $max: ['$s', 'PH'] },
      text: { $indexOfCP: ['$s', 'I'] }
    }
  }]), [{ _id: 1, cmp: 0, in: true, at: 0, set: ['ping', 'X'], max: 'ping', text: -1 }], 'what searches inside of a string does not')
})

t.test('different values are told apart by the collation', async (t) => {
  const { words } = await start(t)
  t.strictSame(await words.distinct('s', {}, { collation: lettersOnly }), ['ping', 'pong', 5])
})

t.test('each statement of a write has a collation of its own, for its filter and its update', async (t) => {
  const { db, words } = await start(t)
  await words.bulkWrite([
    { updateMany: { filter: { s: 'PING' }, update: { $set: { seen: true } }, collation: noCase } },
    { deleteOne: { filter: { s: 'PONG' }, collation: noCase } },
    { deleteOne: { filter: { s: 'PÏNG' } } }
  ])
  t.strictSame(await idsOf(words.find()), [1, 2, 3, 5])
  t.equal(await words.countDocuments({ seen: true } as object), 2)
  const lists = db.collection<Document>('lists')
  await lists.insertOne({ l: ['a', 'B', 'b', 'c'], m: 'b', p: ['a', 'B'] })
  await lists.updateOne({ m: 'B' }, { $addToSet: { l: 'C' }, $min: { m: 'B' }, $pull: { p: 'b' } } as object, { collation: noCase })
  await lists.updateOne({ l: 'A' }, { $set: { 'l.$': 'found' } }, { collation: noCase })
  await lists.updateOne({}, { $set: { 'l.$[e]': 'x' } }, { arrayFilters: [{ e: 'B' }], collation: noCase })
  t.match(await lists.findOne(), { l: ['found', 'x', 'x', 'c'], m: 'b', p: ['a'] })
  t.match(await lists.findOneAndUpdate({ m: 'B' }, { $push: { p: { $each: ['B', 'b', 'C'], $sort: 1 } } } as object, { collation: noCase, returnDocument: 'after' }), { p: ['a', 'B', 'b', 'C'] })
})

t.test('an index serves strings by its own collation alone, and all other values', async (t) => {
  const { words } = await start(t)
  await words.createIndex({ s: 1 }, { name: 'noCase', collation: noCase })
  t.strictSame(await planOf(words, { s: 'PING' }, { collation: noCase }), ['FETCH', 'noCase'])
  for (const options of [{}, { collation: lettersOnly }]) t.strictSame(await planOf(words, { s: 'ping' }, options), ['COLLSCAN'])
  t.strictSame(await planOf(words, { s: 5 }, {}), ['FETCH', 'noCase'])
  t.strictSame(await idsOf(words.find({ s: 'PING' }, { collation: lettersOnly, hint: 'noCase' })), [1, 2, 3], 'a hint is obeyed all the same')
  t.strictSame(await planOf(words, {}, { collation: noCase, sort: { s: 1 } }), ['SORT', 'COLLSCAN'], 'its keys have no order')
})

t.test('indexes on the same fields may differ in their collations, under different names', async (t) => {
  const { words } = await start(t)
  await words.createIndex({ s: 1 })
  await t.rejects(words.createIndex({ s: 1 }, { collation: noCase }), { code: 86 })
  await words.createIndex({ s: 1 }, { name: 'noCase', collation: noCase })
  t.strictSame((await words.indexes()).map(({ name, collation }) => [name, collation]), [['_id_', undefined], ['s_1', undefined], ['noCase', listed]])
  await t.rejects(words.findOne({ s: 'ping' }, { hint: { s: 1 } }), { code: 27 })
})

t.test('a unique index takes no string that is equal by its collation', async (t) => {
  const { words } = await start(t)
  await t.rejects(words.createIndex({ s: 1 }, { unique: true, collation: noCase }), { code: 11000 })
  await words.deleteOne({ _id: 2 })
  await words.createIndex({ s: 1 }, { unique: true, collation: noCase })
  await t.rejects(words.insertOne({ _id: 6, s: 'PING' }), { code: 11000, keyValue: { s: 'PING' } })
  await words.insertOne({ _id: 6, s: 'pìng' })
})

t.test('a collection has a collation for its _id, its indexes and all operations that name none', async (t) => {
  const { db } = await start(t)
  await db.createCollection('names', { collation: noCase })
  const names = db.collection<{ _id: string, s: string }>('names')
  await names.insertMany([{ _id: 'Ada', s: 'x' }, { _id: 'bob', s: 'X' }])
  await t.rejects(names.insertOne({ _id: 'ADA', s: 'y' }), { code: 11000 })
  t.match(await names.findOne({ _id: 'ada' }), { _id: 'Ada' })
  t.equal(await names.findOne({ _id: 'ada' }, { collation: { locale: 'simple' } }), null)
  t.equal(await names.countDocuments({ s: 'x' }), 2)
  t.strictSame(await idsOf(names.find({ _id: { $in: ['BOB', 'ADA'] } }).sort({ _id: -1 })), ['bob', 'Ada'])
  await t.rejects(names.updateOne({ _id: 'ada' }, { $set: { _id: 'ADA' } } as object), { code: 66 })
  await names.createIndex({ s: 1 })
  await names.createIndex({ s: -1 }, { collation: { locale: 'simple' } })
  t.strictSame((await names.indexes()).map(({ name, collation }) => [name, collation]), [['_id_', listed], ['s_1', listed], ['s_-1', undefined]])
  const [{ options, idIndex }] = await db.listCollections({ name: 'names' }).toArray() as Document[]
  t.strictSame([options, idIndex], [{ collation: listed }, { v: 2, key: { _id: 1 }, name: '_id_', collation: listed }])
  await t.rejects(db.createCollection('names'), { code: 48 })
  await t.rejects(names.createIndex({ s: 'text' }), { code: 67 })
})

t.test('a view has the simple collation, and no operation can give it another', async (t) => {
  const { db } = await start(t)
  await db.createCollection('view', { viewOn: 'words', pipeline: [] })
  t.equal(await db.collection('view').countDocuments({ s: 'PING' }), 0)
  await t.rejects(db.collection('view').find({}, { collation: noCase }).toArray(), { code: 167 })
  await t.rejects(db.createCollection('other', { viewOn: 'words', pipeline: [], collation: noCase }), { code: 238 })
})

for (const [what, collation, code] of [
  ['without a locale', { strength: 2 }, 40414], ['with an unknown member', { locale: 'en', nope: 1 }, 40415],
  ['with a locale that is no string', { locale: 5 }, 14], ['with a flag that is no bool', { locale: 'en', caseLevel: 'yes' }, 14],
  ['with a strength that is no number', { locale: 'en', strength: '2' }, 14], ['with a strength that there is not', { locale: 'en', strength: 6 }, 2],
  ['with a case that there is not', { locale: 'en', caseFirst: 'both' }, 2], ['with a locale that there is not', { locale: 'en-us' }, 2],
  ['that is backwards without accents', { locale: 'en', strength: 1, backwards: true }, 2], ['of another version', { locale: 'en', version: '58' }, 161],
  ['that sorts by a case that it does not know', { locale: 'en', strength: 2, caseFirst: 'upper' }, 2],
  ...['de', 'nn', 'en_US_POSIX'].map((locale) => [`of the locale ${locale}`, { locale }, 238] as const),
  ...[4, 5].map((strength) => [`of strength ${strength}`, { locale: 'en', strength }, 238] as const),
  ...[{ caseLevel: true }, { caseFirst: 'upper' }, { alternate: 'shifted' }, { maxVariable: 'space' }, { normalization: true }, { backwards: true }]
    .map((member) => [`with ${JSON.stringify(member)}`, { locale: 'en', ...member }, 238] as const)
] as const) {
  t.test(`a collation ${what} is refused by operations, indexes and collections`, async (t) => {
    const { db } = await start(t)
    for (const command of [
      { find: 'words', collation }, { aggregate: 'words', pipeline: [], cursor: {}, collation }, { delete: 'words', deletes: [{ q: {}, limit: 1, collation }] },
      { createIndexes: 'words', indexes: [{ key: { s: 1 }, name: 's', collation }] }, { create: 'new', collation }
    ]) await t.rejects(db.command(command), { code }, JSON.stringify(command))
  })
}
