import type { Collection, Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine } from './helper.js'

/** Twelve documents with indexes on `kind` and on `n`, but not on `name`. */
async function start (t: Test): Promise<Collection> {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('notes')
  await collection.createIndexes([{ key: { kind: 1 } }, { key: { n: 1 } }, { key: { tag: 1 }, sparse: true }])
  await collection.insertMany(Array.from({ length: 12 }, (_, n) => ({ _id: n as never, n, kind: n % 3, name: `name ${n}`, ...n > 9 && { tag: ['x', n] } })))
  return collection
}

interface Found { readonly plan: Document, readonly cost: Document, readonly ids: readonly unknown[] }

async function find (collection: Collection, filter: Document): Promise<Found> {
  const { queryPlanner, executionStats } = await collection.find(filter).explain('executionStats')
  return { plan: queryPlanner.winningPlan, cost: executionStats, ids: (await collection.find(filter).toArray()).map(({ _id }) => _id) }
}

t.test('an $or of which every branch has an index reads what these lead to, each document once', async (t) => {
  const collection = await start(t)
  const { plan, cost, ids } = await find(collection, { $or: [{ kind: 1 }, { n: { $gt: 9 } }, { tag: 'x' }, { _id: 0 }] })
  t.match(plan, { stage: 'SUBPLAN', inputStage: { stage: 'FETCH', inputStage: { stage: 'OR' } } })
  const branches: Document[] = plan.inputStage.inputStage.inputStages
  t.strictSame(branches.map(({ stage, indexName }) => indexName ?? stage), ['kind_1', 'n_1', 'tag_1', 'IDHACK'])
  t.strictSame(ids, [1, 4, 7, 10, 11, 0])
  t.match(cost, { nReturned: 6, totalKeysExamined: 9, totalDocsExamined: 6 })
})

t.test('an $or beside other conditions and one inside of another are read in the same way', async (t) => {
  const collection = await start(t)
  const beside = await find(collection, { name: 'name 4', $or: [{ kind: 1 }, { n: 2 }] })
  t.match(beside, { plan: { stage: 'FETCH', inputStage: { stage: 'OR' } }, cost: { totalDocsExamined: 5 }, ids: [4] })
  const inside = await find(collection, { $or: [{ n: 3 }, { name: /name/, $or: [{ n: 4 }, { kind: 0, name: 'name 9' }] }] })
  t.strictSame(inside.ids, [3, 4, 9])
  t.equal(inside.cost.totalDocsExamined, 5)
  t.strictSame((await collection.find({ $or: [{ kind: 1 }, { kind: 0 }] }).sort({ n: -1 }).limit(3).toArray()).map(({ n }) => n), [10, 9, 7])
})

t.test('one branch without an index makes the collection be read', async (t) => {
  const collection = await start(t)
  t.match(await find(collection, { $or: [{ kind: 1 }, { name: 'name 3' }] }), { plan: { stage: 'COLLSCAN' }, cost: { totalDocsExamined: 12 }, ids: [1, 3, 4, 7, 10] })
  t.match(await find(collection, { $or: [{ kind: 1 }, { tag: null }] }), { plan: { stage: 'COLLSCAN' } }, 'a sparse index does not know what is missing')
  t.match(await find(collection, { $nor: [{ kind: 1 }, { n: 3 }] }), { plan: { stage: 'COLLSCAN' } })
  t.match(await find(collection, { n: 4, $or: [{ kind: 1 }, { name: 'name 3' }] }), { plan: { stage: 'FETCH', inputStage: { stage: 'IXSCAN', indexName: 'n_1' } } })
})

t.test('an $or goes on behind the last document, and ends when one of its indexes is dropped', async (t) => {
  const collection = await start(t)
  const filter = { $or: [{ kind: 1 }, { n: { $lt: 6 } }] }
  t.strictSame((await collection.find(filter).batchSize(2).toArray()).map(({ n }) => n), [1, 4, 7, 10, 0, 2, 3, 5])
  t.match(await collection.updateMany(filter, { $inc: { n: 3 } }), { matchedCount: 8 })
  const cursor = collection.find(filter).batchSize(2)
  await cursor.next()
  await cursor.next()
  await collection.dropIndex('kind_1')
  await t.rejects(cursor.next(), { code: 175 })
})
