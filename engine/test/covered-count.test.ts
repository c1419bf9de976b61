import { Decimal128, Long, type Collection, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { startTestEngine } from './helper.js'

interface Note { readonly _id: number, readonly a?: unknown, readonly b?: unknown }

async function start (t: Test, key: Record<string, 1 | -1 | 'hashed'>, options: Document = {}): Promise<Collection<Note>> {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection<Note>('notes')
  await notes.createIndex(key, { name: 'index', ...options })
  await notes.insertMany([
    { _id: 1, a: 1, b: 1 }, { _id: 2, a: 2, b: 1 }, { _id: 3, a: 2.5, b: 2 }, { _id: 4, a: 'x', b: 1 }, { _id: 5, a: 'X', b: 2 }, { _id: 6, a: null }, { _id: 7 },
    { _id: 8, a: NaN, b: 1 }, { _id: 9, a: Long.fromString('9007199254740993') }, { _id: 10, a: new Date(5) }, { _id: 11, a: { c: 1 } }
  ])
  return notes
}

interface Counted { readonly n: number, readonly stage: string, readonly documents: number, readonly keys: number }

/** What a count says, and by what its explanation has come by that. */
async function counted (notes: Collection<Note>, query: Document, options: Document = {}): Promise<Counted> {
  const db = notes.db
  const command = { count: 'notes', query, ...options }
  const { n } = await db.command(command)
  const { queryPlanner: { winningPlan }, executionStats } = await db.command({ explain: command })
  const pipeline = [{ $match: query }, { $count: 'n' }]
  const [piped] = await notes.aggregate(pipeline, options).toArray()
  if ((piped?.n ?? 0) !== n || executionStats.executionStages.nCounted !== n) throw new Error(`${n} are counted, and otherwise by ${JSON.stringify([piped, executionStats])}`)
  return { n, stage: winningPlan.inputStage.stage, documents: executionStats.totalDocsExamined, keys: executionStats.totalKeysExamined }
}

for (const direction of [1, -1] as const) {
  t.test(`what an index tells exactly is counted without the documents, ${direction > 0 ? 'ascending' : 'descending'}`, async (t) => {
    const notes = await start(t, { a: direction, b: 1 })
    for (const [query, n] of [
      [{ a: 2 }, 1], [{ a: Decimal128.fromString('2.50'), b: 2 }, 1], [{ a: { $in: [1, 2, 2, 'x'] } }, 3], [{ a: { $in: [1, 2] }, b: 1 }, 2], [{ a: { $gt: 1, $lte: 2.5 } }, 2],
      [{ a: { $lt: 3 } }, 3], [{ a: { $gte: 1 } }, 4], [{ a: { $gt: 9007199254740992 } }, 1], [{ a: { $gte: 'x' } }, 1], [{ a: { $lt: new Date(6) } }, 1], [{ a: NaN }, 1], [{ a: { $gte: NaN } }, 1],
      [{ a: { $gt: NaN } }, 0], [{ $and: [{ a: 2 }, { b: { $gte: 1 } }] }, 1], [{ a: 2, $and: [{ a: { $gt: 5 } }] }, 0], [{ a: { $gt: 5, $lt: 3 } }, 0]
    ] as const) t.match(await counted(notes, query), { n, stage: 'COUNT_SCAN', documents: 0, keys: n }, JSON.stringify(query))
  })
}

t.test('what an index does not tell is looked up in the documents', async (t) => {
  const notes = await start(t, { a: 1, b: 1 })
  for (const [query, n] of [
    [{ a: null }, 2], [{ a: { $in: [null, 1] } }, 3], [{ a: { c: 1 } }, 1], [{ a: /^x/ }, 1], [{ a: { $gt: 0, $ne: 2 } }, 3], [{ a: { $gt: 0 }, b: 1 }, 2], [{ a: { $gt: 0, $type: 'long' } }, 1],
    [{ a: { $gt: 0 }, $or: [{ b: 1 }, { b: 2 }] }, 3], [{ a: 2, c: { $exists: false } }, 1], [{ a: { $gt: 0, $mod: [2, 0] } }, 2], [{ a: 2, $expr: { $eq: ['$b', 1] } }, 1]
  ] as const) t.match(await counted(notes, query), { n, stage: 'FETCH' }, JSON.stringify(query))
  const manyCombinations = { a: { $in: [1, 2] }, b: { $in: Array.from({ length: 600 }, (_, n) => n === 1 ? 0 : n) } }
  t.match(await counted(notes, manyCombinations), { n: 0, stage: 'FETCH' })
})

t.test('a document with several entries counts once', async (t) => {
  const notes = await start(t, { a: 1 })
  await notes.insertOne({ _id: 20, a: [1, 2, 2.25] })
  t.match(await counted(notes, { a: { $gt: 0, $lt: 3 } }), { n: 4, stage: 'FETCH' })
})

t.test('an index that leaves documents out is only counted where the query does so, too, or names it', async (t) => {
  const sparse = await start(t, { a: 1 }, { sparse: true })
  t.match(await counted(sparse, { a: { $gt: 0 } }), { n: 4, stage: 'COUNT_SCAN' })
  t.match(await counted(sparse, {}, { hint: 'index' }), { n: 10, stage: 'COUNT_SCAN' })
  t.match(await counted(sparse, { a: { $exists: false } }), { n: 1, stage: 'COLLSCAN' })
  const partial = await start(t, { a: 1 }, { partialFilterExpression: { b: 1 } })
  t.match(await counted(partial, { a: 2 }), { n: 1, stage: 'COLLSCAN' })
  t.match(await counted(partial, { a: { $gt: 0 }, b: 1 }), { n: 2, stage: 'FETCH' }, 'b is not in the index')
})

t.test('hashes are not counted, nor are strings by another collation; equal strings are', async (t) => {
  t.match(await counted(await start(t, { a: 'hashed' }), { a: 2 }), { n: 1, stage: 'FETCH' })
  const collation = { locale: 'en', strength: 2 }
  const folded = await start(t, { a: 1 }, { collation })
  t.match(await counted(folded, { a: 'x' }), { n: 1, stage: 'COLLSCAN' })
  t.match(await counted(folded, { a: 'x' }, { collation }), { n: 2, stage: 'COUNT_SCAN' })
  t.match(await counted(folded, { a: { $gte: 'x' } }, { collation }), { n: 2, stage: 'FETCH' })
  t.match(await counted(folded, { a: { $gt: 1 } }), { n: 3, stage: 'COUNT_SCAN' }, 'a number has no collation')
})

t.test('keys that are cut are counted where short bounds tell them apart', async (t) => {
  const notes = await start(t, { a: 1 })
  const long = 'y'.repeat(3000)
  await notes.insertMany([{ _id: 20, a: `${long}1` }, { _id: 21, a: `${long}2` }, { _id: 22, a: `${long}1` }])
  t.match(await counted(notes, { a: { $gt: 'y' } }), { n: 3, stage: 'COUNT_SCAN' })
  t.match(await counted(notes, { a: `${long}1` }), { n: 2, stage: 'FETCH' })
})

t.test('ids are counted in ranges, and in a transaction with what it has written', async (t) => {
  const notes = await start(t, { a: 1 })
  t.match(await counted(notes, { _id: { $gt: 3, $lte: 7 } }), { n: 4, stage: 'COUNT_SCAN', documents: 0 })
  await notes.db.client.withSession(async (session) => await session.withTransaction(async () => {
    await notes.insertMany([{ _id: 20, a: 2 }, { _id: 21, a: [2, 3] }], { session })
    await notes.deleteOne({ _id: 1 }, { session })
    t.equal(await notes.countDocuments({ a: { $gte: 1, $lt: 4 } }, { session }), 4)
  }))
  t.equal(await notes.countDocuments({ a: { $gte: 1, $lt: 4 } }), 4)
})
