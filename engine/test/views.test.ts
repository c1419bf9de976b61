import type { Db, Document } from 'mongodb'
import t, { type Test } from 'tap'
import { toJs, valueFrom } from '../bson/value.js'
import { Namespace } from '../storage/namespace.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, temporaryDirectory, type TestEngine } from './helper.js'

interface Row extends Document { _id: number }

const notes: Row[] = [
  { _id: 1, owner: 'ann', n: 5, tags: ['a'] }, { _id: 2, owner: 'ann', n: 3, tags: ['a', 'b'] }, { _id: 3, owner: 'bob', n: 4 }, { _id: 4, owner: 'ann', n: 1 }
]

/** Notes, and a view of those of Ann without their owner. */
async function startWithView (t: Test): Promise<TestEngine & { db: Db }> {
  const engine = await startTestEngine(t)
  const db = engine.client.db('test')
  await db.collection<Row>('notes').insertMany(notes)
  await db.createCollection('anns', { viewOn: 'notes', pipeline: [{ $match: { owner: 'ann' } }, { $project: { owner: 0 } }] })
  return { ...engine, db }
}

t.test('a view is read like a collection', async (t) => {
  const { db } = await startWithView(t)
  const view = db.collection<Row>('anns')
  t.strictSame(await view.find().toArray(), [{ _id: 1, n: 5, tags: ['a'] }, { _id: 2, n: 3, tags: ['a', 'b'] }, { _id: 4, n: 1 }])
  t.strictSame(await view.find({ n: { $lt: 5 } }).sort({ n: 1 }).skip(1).limit(1).project({ n: 1, _id: 0 }).toArray(), [{ n: 3 }])
  t.strictSame(await view.findOne({ owner: 'ann' }), null, 'what the view has not cannot be asked for')
  t.strictSame((await view.find({}, { batchSize: 1 }).toArray()).length, 3)
  t.equal(await view.estimatedDocumentCount(), 3)
  t.equal(await view.countDocuments({ n: { $gt: 2 } }), 2)
  t.match(await db.command({ count: 'anns', query: { n: { $gt: 0 } }, skip: 1, limit: -1 }), { n: 1 })
  t.strictSame(await view.distinct('tags'), ['a', 'b'])
  t.strictSame(await view.distinct('n', { n: { $gt: 2 } }), [5, 3])
  t.strictSame(await view.aggregate([{ $group: { _id: null, sum: { $sum: '$n' } } }]).toArray(), [{ _id: null, sum: 9 }])
})

t.test('a view has the variables of a command, and uses the indexes below it', async (t) => {
  const { db } = await startWithView(t)
  await db.collection('notes').createIndex({ owner: 1, n: 1 })
  t.strictSame(await db.collection('anns').find({ $expr: { $eq: ['$n', '$$n'] } }, { let: { n: 3 }, projection: { n: 1 } }).toArray(), [{ _id: 2, n: 3 }])
  const explained = await db.command({ explain: { find: 'anns', filter: { n: 3 } }, verbosity: 'executionStats' })
  t.match(explained.stages[0].$cursor, { queryPlanner: { namespace: 'test.notes', winningPlan: { inputStage: { indexName: 'owner_1_n_1' } } }, executionStats: { nReturned: 3 } })
  await db.createCollection('plain', { viewOn: 'notes' })
  t.match(await db.command({ explain: { count: 'plain', query: { owner: 'bob', n: 4 } } }), { executionStats: { totalDocsExamined: 1 } })
  t.match(await db.command({ explain: { distinct: 'plain', key: 'n', query: { owner: 'bob' } } }), { executionStats: { totalDocsExamined: 1 } })
  t.match(await db.command({ explain: { aggregate: 'plain', pipeline: [{ $match: { owner: 'bob' } }], cursor: {} } }), { executionStats: { totalDocsExamined: 1 } })
  await t.rejects(db.collection('anns').find({}, { projection: { tags: { $slice: 1 } } }).toArray(), 'a projection that only queries have')
})

t.test('views lie upon views, and stages read them', async (t) => {
  const { db } = await startWithView(t)
  await db.createCollection('big', { viewOn: 'anns', pipeline: [{ $match: { n: { $gt: 2 } } }] })
  t.strictSame(await db.collection('big').distinct('_id'), [1, 2])
  const joined = [{ $documents: [{ k: 3 }] }, { $lookup: { from: 'big', localField: 'k', foreignField: 'n', as: 'x' } }]
  t.strictSame(await db.aggregate(joined).toArray(), [{ k: 3, x: [{ _id: 2, n: 3, tags: ['a', 'b'] }] }])
  const union = [{ $documents: [] }, { $unionWith: { coll: 'big', pipeline: [{ $count: 'n' }] } }]
  t.strictSame(await db.aggregate(union).toArray(), [{ n: 2 }])
  const graph = [{ $documents: [{}] }, { $graphLookup: { from: 'big', startWith: 'b', connectFromField: 'none', connectToField: 'tags', as: 'x' } }]
  t.match(await db.aggregate(graph).toArray(), [{ x: [{ _id: 2 }] }])
  t.strictSame(await db.collection('big').aggregate([{ $out: 'copy' }]).toArray(), [])
  t.equal(await db.collection('copy').countDocuments(), 2)
})

t.test('a view of what is not there is empty', async (t) => {
  const { db } = await startWithView(t)
  await db.createCollection('later', { viewOn: 'missing', pipeline: [] })
  t.strictSame(await db.collection('later').find().toArray(), [])
  await db.collection<Row>('missing').insertOne({ _id: 1 })
  t.strictSame(await db.collection('later').find().toArray(), [{ _id: 1 }])
})

t.test('a view is listed, changed and dropped', async (t) => {
  const { db } = await startWithView(t)
  t.strictSame(await db.listCollections({ name: 'anns' }).toArray(), [{
    name: 'anns', type: 'view', options: { viewOn: 'notes', pipeline: [{ $match: { owner: 'ann' } }, { $project: { owner: 0 } }] }, info: { readOnly: true }
  }])
  await db.createCollection('anns', { viewOn: 'notes', pipeline: [{ $match: { owner: 'ann' } }, { $project: { owner: 0 } }] })
  await t.rejects(db.createCollection('anns', { viewOn: 'notes' }), { code: 48 })
  await t.rejects(db.createCollection('anns'), { code: 48 })
  await t.rejects(db.createCollection('notes', { viewOn: 'other' }), { code: 48 })
  await db.command({ collMod: 'anns', pipeline: [{ $match: { owner: 'bob' } }] })
  t.equal(await db.collection('anns').countDocuments(), 1)
  await db.command({ collMod: 'anns', viewOn: 'missing' })
  t.equal(await db.collection('anns').countDocuments(), 0)
  await t.rejects(db.command({ collMod: 'anns', viewOn: 'notes', index: { name: 'x', hidden: true } }), { code: 72 })
  await t.rejects(db.command({ collMod: 'notes', viewOn: 'anns' }), { code: 72 })
  t.match(await db.command({ drop: 'anns' }), { ns: 'test.anns', ok: 1 })
  t.strictSame(await db.listCollections({ type: 'view' }).toArray(), [])
  await db.createCollection('again', { viewOn: 'notes' })
  t.match(await db.command({ dropDatabase: 1 }), { dropped: 'test' })
  t.strictSame(await db.listCollections().toArray(), [])
})

t.test('whatever would change or describe a collection is refused on a view', async (t) => {
  const { client, db } = await startWithView(t)
  const commands: Document[] = [
    { update: 'anns', updates: [{ q: {}, u: { $set: { a: 1 } } }] }, { update: 'anns', updates: [{ q: {}, u: { $set: { a: 1 } }, multi: true }] },
    { delete: 'anns', deletes: [{ q: {}, limit: 1 }] }, { delete: 'anns', deletes: [{ q: {}, limit: 0 }] }, { insert: 'anns', documents: [{ _id: 9 }] }
  ]
  for (const command of commands) {
    const [failure] = await Promise.allSettled([db.command(command)])
    const code = failure.status === 'rejected' ? failure.reason.code : failure.value.writeErrors[0].code
    t.equal(code, 166, Object.keys(command)[0])
  }
  const others: Document[] = [
    { findAndModify: 'anns', remove: true }, { createIndexes: 'anns', indexes: [{ key: { a: 1 }, name: 'a' }] }, { dropIndexes: 'anns', index: '*' },
    { listIndexes: 'anns' }, { collStats: 'anns' }, { explain: { delete: 'anns', deletes: [{ q: {}, limit: 1 }] } },
    { aggregate: 'notes', pipeline: [{ $out: 'anns' }], cursor: {} }, { aggregate: 'notes', pipeline: [{ $merge: 'anns' }], cursor: {} }
  ]
  for (const command of others) await t.rejects(db.command(command), { code: 166 }, Object.keys(command)[0])
  await t.rejects(client.db('admin').command({ renameCollection: 'test.anns', to: 'test.x' }), { code: 166 })
  await t.rejects(client.db('admin').command({ renameCollection: 'test.notes', to: 'test.anns' }), { code: 48 })
  t.equal(await db.collection('notes').countDocuments(), 4)
})

t.test('a view that cannot be is refused with its code', async (t) => {
  const { client, db } = await startWithView(t)
  const cases: Array<[options: Document, code: number]> = [
    [{ pipeline: [] }, 72],
    [{ viewOn: '' }, 2],
    [{ viewOn: 'a$b' }, 73],
    [{ viewOn: 'notes', idIndex: { key: { _id: 1 }, name: '_id_' } }, 72],
    [{ viewOn: 'notes', pipeline: [{ $foo: 1 }] }, 40324],
    [{ viewOn: 'notes', pipeline: [1] }, 14],
    [{ viewOn: 'notes', pipeline: [{ $out: 'x' }] }, 167],
    [{ viewOn: 'notes', pipeline: [{ $merge: 'x' }] }, 167],
    [{ viewOn: 'notes', pipeline: [{ $documents: [] }] }, 73],
    [{ viewOn: 'notes', pipeline: [{ $set: { a: '$$x' } }] }, 17276]
  ]
  for (const [options, code] of cases) await t.rejects(db.command({ create: 'v', ...options }), { code }, JSON.stringify(options))
  await client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(db.command({ create: 'v', viewOn: 'notes' }, { session }), { code: 263 })
    await session.abortTransaction()
  })
})

t.test('views form no circle, and no tower of more than twenty', async (t) => {
  const { db } = await startWithView(t)
  await db.createCollection('a', { viewOn: 'b' })
  await t.rejects(db.createCollection('b', { viewOn: 'a' }), { code: 5 })
  await t.rejects(db.createCollection('b', { viewOn: 'notes', pipeline: [{ $facet: { x: [{ $unionWith: 'a' }] } }] }), { code: 5 })
  await t.rejects(db.createCollection('b', { viewOn: 'notes', pipeline: [{ $graphLookup: { from: 'b', startWith: 1, connectFromField: 'x', connectToField: 'x', as: 'x' } }] }), { code: 5 })
  for (let at = 1; at <= 20; at++) await db.createCollection(`v${at}`, { viewOn: at === 1 ? 'notes' : `v${at - 1}` })
  t.equal(await db.collection('v20').countDocuments(), 4)
  await t.rejects(db.createCollection('v21', { viewOn: 'v20' }), { code: 165 })
  await t.rejects(db.command({ collMod: 'v1', viewOn: 'anns' }), { code: 165 })
  await t.rejects(db.command({ collMod: 'v1', viewOn: 'v2' }), { code: 5 })
})

t.test('a view is there after a restart', async (t) => {
  const directory = await temporaryDirectory(t)
  const before = await openStore(directory)
  await before.write((tx) => tx.createView(new Namespace('test', 'anns'), new Namespace('test', 'notes'), valueFrom([{ $match: { owner: 'ann' } }])))
  await before.close()
  const after = await openStore(directory)
  t.teardown(() => after.close())
  const view = after.catalog.view(new Namespace('test', 'anns'))
  t.equal(String(view?.viewOn), 'test.notes')
  t.strictSame(toJs(view!.pipeline), [{ $match: { owner: 'ann' } }])
  t.strictSame(after.check(), [])
})
