import { readFileSync } from 'node:fs'
import { serialize, type Document } from 'bson'
import t from 'tap'
import { completeOrDrop, dropTemporary, temporaryName } from '../aggregate/temporary.js'
import { stages } from '../aggregate/stages/table.js'
import { sameBson, startAggregations } from './aggregate-cases.js'
import { startTestEngine } from './helper.js'

const many = (count: number): Document[] => Array.from({ length: count }, (_, _id) => ({ _id, k: _id % 10 }))

t.test('the README lists the stages that there are', (t) => {
  const readme = readFileSync('engine/README.md', 'utf8')
  const section = readme.slice(readme.indexOf('### Stages of aggregate'), readme.indexOf('Every other stage'))
  t.strictSame(section.match(/`\$\w+`/g), stages.map(({ name }) => `\`${name}\``))
  t.end()
})

t.test('a pipeline begins with the indexes of its collection', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection(many(1000))
  await collection.createIndex({ k: 1, _id: 1 })
  const explained = async (pipeline: Document[]): Promise<Document> => JSON.parse(JSON.stringify(await aggregations.engine.client.db('test')
    .collection(collection.collectionName).aggregate(pipeline).explain('executionStats')))
  const page = await explained([{ $sort: { _id: 1 } }, { $match: { k: 3 } }, { $skip: 5 }, { $limit: 10 }])
  t.match(page, {
    queryPlanner: { namespace: `test.${collection.collectionName}`, winningPlan: { stage: 'LIMIT', inputStage: { stage: 'SKIP', inputStage: { stage: 'FETCH', inputStage: { stage: 'IXSCAN' } } } } },
    executionStats: { nReturned: 10, totalKeysExamined: 15, totalDocsExamined: 15 }
  })
  const grouped = await explained([{ $match: { k: 3 } }, { $group: { _id: null } }, { $limit: 1 }])
  t.match(grouped.stages, [
    { $cursor: { queryPlanner: { winningPlan: { stage: 'FETCH', inputStage: { indexName: 'k_1__id_1' } } }, executionStats: { totalDocsExamined: 100 } } },
    { $group: { _id: null } },
    { $limit: 1 }
  ])
  t.match(await explained([{ $set: { a: 1 } }, { $match: { k: 3 } }]), { stages: [{ $cursor: { queryPlanner: { winningPlan: { stage: 'COLLSCAN' } } } }, {}, {}] })
  t.match(await aggregations.engine.client.db('test').collection('missing').aggregate([{ $match: { a: 1 } }]).explain(), { queryPlanner: { winningPlan: { stage: 'EOF' } } })
})

t.test('explain as an option gives the plan alone', async (t) => {
  const { client } = await startTestEngine(t)
  const reply = await client.db('test').command({ aggregate: 'c', pipeline: [{ $count: 'n' }], explain: true })
  t.match(reply, { stages: [{ $cursor: { queryPlanner: { winningPlan: { stage: 'EOF' } } } }, { $count: 'n' }], ok: 1 })
  t.notOk('executionStats' in reply.stages[0].$cursor)
  await t.rejects(client.db('test').command({ aggregate: 1, pipeline: [{ $documents: [] }], explain: true }), { code: 238 })
})

t.test('a hint chooses the index', async (t) => {
  const { client } = await startTestEngine(t)
  const collection = client.db('test').collection('c')
  await collection.insertMany([{ k: 2 }, { k: 1 }])
  await collection.createIndex({ k: 1 })
  t.strictSame(await collection.aggregate([{ $project: { _id: 0, k: 1 } }], { hint: 'k_1' }).toArray(), [{ k: 1 }, { k: 2 }])
  t.match(await collection.aggregate([{ $project: { k: 1 } }], { hint: { k: 1 } }).explain(), { stages: [{ $cursor: { queryPlanner: { winningPlan: { inputStage: { indexName: 'k_1' } } } } }, {}] })
  await t.rejects(collection.aggregate([], { hint: 'missing' }).toArray(), { code: 2 })
})

t.test('counting reads no document without a filter, and keeps none with one', async (t) => {
  const { client, store } = await startTestEngine(t)
  const collection = client.db('test').collection('c')
  await collection.insertMany(many(5000))
  t.equal(await collection.countDocuments(), 5000)
  t.equal(await collection.countDocuments({ k: 3 }), 500)
  t.equal(await collection.countDocuments({}, { skip: 10, limit: 20 }), 20)
  t.equal(await collection.countDocuments({ k: 3 }, { skip: 490, limit: 20 }), 10)
  t.equal(await client.db('test').collection('missing').countDocuments(), 0)
  store.read.documents = () => { throw new Error('a document was read') }
  t.equal(await collection.countDocuments(), 5000)
})

t.test('results come in batches, from a pipeline that runs no further than it must', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const collection = db.collection('c')
  await collection.insertMany(many(1000))
  const pipeline = [{ $set: { q: { $divide: [1, { $subtract: ['$_id', 900] }] } } }]
  const { cursor } = await db.command({ aggregate: 'c', pipeline, cursor: { batchSize: 0 } })
  t.same(cursor.firstBatch, [])
  t.equal(cursor.ns, 'test.c')
  const { cursor: next } = await db.command({ getMore: cursor.id, collection: 'c', batchSize: 7 })
  t.same(next.nextBatch.map(({ _id }: Document) => _id), [0, 1, 2, 3, 4, 5, 6])
  await t.rejects(db.command({ getMore: cursor.id, collection: 'c' }), { code: 2 }, 'an error comes in the batch that it is in')
  await t.rejects(db.command({ getMore: cursor.id, collection: 'c' }), { code: 43 })
  const all = await collection.aggregate([{ $set: { a: 1 } }], { batchSize: 33 }).toArray()
  t.strictSame(all.map(({ _id }) => Number(_id)), many(1000).map(({ _id }) => _id))
  t.equal((await db.command({ aggregate: 'c', pipeline: [], cursor: {} })).cursor.firstBatch.length, 101)
  t.equal((await db.command({ aggregate: 'c', pipeline: [{ $limit: 5 }], cursor: { batchSize: 6 } })).cursor.id.toString(), '0')
})

t.test('a batch ends before 16 MB, and no document may be larger', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection([{ _id: 1 }])
  const large = { $set: { text: 'x'.repeat(7_000_000) } }
  const found = await collection.aggregate([{ $set: { i: [1, 2, 3, 4, 5] } }, { $unwind: '$i' }, large]).toArray()
  t.strictSame(found.map(({ i }) => Number(i)), [1, 2, 3, 4, 5])
  t.equal(await aggregations.code([{ _id: 1 }], [large, { $set: { a: '$text' } }, { $set: { b: '$text' } }]), 10334)
})

t.test('a pipeline without a collection has documents of its own', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const { cursor } = await db.command({ aggregate: 1, pipeline: [{ $documents: [{ a: 1 }, { a: 2 }, { a: 3 }] }, { $match: { a: { $gt: 1 } } }], cursor: { batchSize: 1 } })
  t.strictSame(cursor.firstBatch, [{ a: 2 }])
  t.equal(cursor.ns, 'test.$cmd.aggregate')
  const { cursor: next } = await db.command({ getMore: cursor.id, collection: '$cmd.aggregate' })
  t.strictSame(next.nextBatch, [{ a: 3 }])
  const refused: Array<[command: Document, code: number]> = [
    [{ aggregate: 1, pipeline: [] }, 73],
    [{ aggregate: 1, pipeline: [{ $match: {} }] }, 73],
    [{ aggregate: 'c', pipeline: [{ $documents: [] }] }, 73],
    [{ aggregate: 1, pipeline: [{ $documents: 1 }] }, 5858203],
    [{ aggregate: 1, pipeline: [{ $documents: [1] }] }, 40228],
    [{ aggregate: 2, pipeline: [] }, 9]
  ]
  for (const [command, code] of refused) await t.rejects(db.command({ ...command, cursor: {} }), { code }, JSON.stringify(command))
})

t.test('let gives variables to every stage', async (t) => {
  const aggregations = await startAggregations(t)
  const collection = await aggregations.collection([{ _id: 1 }, { _id: 2 }])
  const { collectionName: from } = collection
  const run = (pipeline: Document[], given: Document): Promise<Document[]> => collection.aggregate(pipeline, { let: given }).toArray()
  sameBson(t, await run([{ $match: { $expr: { $eq: ['$_id', '$$one'] } } }, { $set: { v: '$$one' } }], { one: { $add: [0, 1] } }), [{ _id: 1, v: 1 }])
  const lookup = { $lookup: { from, let: { mine: '$_id' }, pipeline: [{ $match: { $expr: { $gt: ['$_id', { $max: ['$$mine', '$$one'] }] } } }], as: 'x' } }
  sameBson(t, await run([lookup], { one: 1 }), [{ _id: 1, x: [{ _id: 2 }] }, { _id: 2, x: [] }])
  await t.rejects(run([], { one: '$a' }), { message: /Command let Expression/ })
  await t.rejects(run([{ $set: { a: '$$two' } }], { one: 1 }), { message: /undefined variable/ })
})

t.test('commands and pipelines that cannot be are refused with their codes', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const cases: Array<[command: Document, code: number]> = [
    [{ pipeline: [] }, 9],
    [{ cursor: {} }, 40414],
    [{ cursor: {}, pipeline: {} }, 14],
    [{ cursor: {}, pipeline: [1] }, 14],
    [{ cursor: {}, pipeline: [{}] }, 40323],
    [{ cursor: {}, pipeline: [{ $match: {}, $sort: { a: 1 } }] }, 40323],
    [{ cursor: {}, pipeline: [{ $match: {} }, { $changeStream: {} }] }, 40602],
    [{ cursor: {}, pipeline: [{ $search: {} }] }, 6047401],
    [{ cursor: {}, pipeline: [{ $out: 'a' }, { $match: {} }] }, 40601],
    [{ cursor: {}, pipeline: [{ $merge: 'a' }, { $match: {} }] }, 40601],
    [{ cursor: {}, pipeline: [{ $match: {} }, { $documents: [] }] }, 40602],
    [{ cursor: {}, pipeline: Array(1001).fill({ $match: {} }) }, 7749501],
    [{ cursor: { batchSize: -1 }, pipeline: [] }, 51024],
    [{ cursor: { x: 1 }, pipeline: [] }, 40415],
    [{ cursor: {}, pipeline: [], foo: 1 }, 40415],
    [{ cursor: {}, pipeline: [], collation: { locale: 'de' } }, 238]
  ]
  for (const [command, code] of cases) await t.rejects(db.command({ aggregate: 'c', ...command }), { code }, JSON.stringify(command).slice(0, 100))
  await t.rejects(db.command({ aggregate: true, pipeline: [], cursor: {} }), { code: 14 })
})

t.test('a long pipeline lets others run, and ends when its time is over', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('c').insertMany(many(2000))
  const pipeline = [{ $set: { a: { $range: [0, 1000] } } }, { $unwind: '$a' }, { $group: { _id: { $mod: ['$a', 50] }, n: { $sum: '$k' } } }, { $sort: { n: 1 } }]
  const running = db.collection('c').aggregate(pipeline, { maxTimeMS: 600 }).toArray().then(() => 'ended', ({ code }) => code)
  let answered = 0
  const ping = async (): Promise<unknown> => await Promise.race([running, db.command({ ping: 1 }).then(() => { answered++ })]) ?? await ping()
  t.equal(await ping(), 50)
  t.ok(answered > 3, `${answered} others were answered meanwhile`)
})

t.test('a sort in memory holds no more than 100 MB', async (t) => {
  const aggregations = await startAggregations(t)
  const pipeline = (more: Document[]): Document[] => [
    { $set: { i: { $range: [0, 120] }, text: 'x'.repeat(1024 * 1024) } }, { $unwind: '$i' }, { $sort: { i: -1 } }, ...more, { $project: { i: 1 } }
  ]
  t.equal(await aggregations.code([{ _id: 1 }], pipeline([])), 292)
  sameBson(t, await aggregations.run([{ _id: 1 }], pipeline([{ $skip: 1 }, { $limit: 2 }])), [{ _id: 1, i: 118 }, { _id: 1, i: 117 }], 'with a limit, only what is wanted is held')
})

t.test('what fails before a temporary collection is complete is what the client is told, also when that cannot be dropped', async (t) => {
  const { store } = await startTestEngine(t)
  const name = temporaryName('test')
  await store.write((tx) => tx.createCollection(name))
  const write = store.write
  await t.rejects(completeOrDrop(store, name, async () => {
    store.write = async () => { throw new Error('the second') }
    throw new Error('the first')
  }), { message: 'the first' })
  store.write = write
  t.not(store.catalog.find(name), undefined)
  await t.rejects(completeOrDrop(store, name, async () => { throw new Error('the first') }), { message: 'the first' })
  t.equal(store.catalog.find(name), undefined)
  await t.rejects(completeOrDrop(store, name, async () => { throw new Error('the first') }), { message: 'the first' }, 'somebody else may have dropped it')
})

t.test('what a crash has left of an $out or a conversion is dropped at the next start', async (t) => {
  const { store } = await startTestEngine(t)
  await dropTemporary(store)
  for (const purpose of ['agg_out', 'convertToCapped'] as const) {
    const name = temporaryName('test', purpose)
    await store.write((tx) => tx.insert(tx.createCollection(name), Buffer.from(serialize({ _id: 1 }))))
    await dropTemporary(store)
    t.equal(store.catalog.find(name), undefined)
  }
})

t.test('a pipeline that writes cannot read linearizably, and none is explained with a write concern', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const write = { aggregate: 'a', pipeline: [{ $out: 'b' }], cursor: {} }
  await t.rejects(db.command({ ...write, readConcern: { level: 'linearizable' } }), { code: 72 })
  t.match(await db.command({ ...write, readConcern: { level: 'majority' } }), { ok: 1 })
  await t.rejects(db.command({ explain: { ...write, writeConcern: { w: 1 } } }), { code: 9 })
  await t.rejects(db.command({ ...write, explain: true, writeConcern: { w: 1 } }), { code: 9 })
})

t.test('`let` takes expressions that need no document, and no others', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const evaluate = async (given: unknown): Promise<unknown> => (await db.aggregate([{ $documents: [{}] }, { $set: { x: '$$x' } }], { let: { x: given } }).toArray())[0].x
  t.type(await evaluate({ $rand: {} }), 'number')
  t.strictSame(await evaluate({ $map: { input: [1, 2], in: { $add: ['$$this', 1] } } }), [2, 3])
  t.equal(await evaluate({ $literal: '$a' }), '$a')
  t.equal(await evaluate({ $getField: { field: 'a', input: { a: 5 } } }), 5)
  for (const given of ['$a', '$$ROOT', '$$CURRENT.a', { $getField: 'a' }, [1, { b: '$a' }], { $cond: [true, 1, '$a'] }]) {
    await t.rejects(evaluate(given), { code: 4890500 }, JSON.stringify(given))
  }
})
