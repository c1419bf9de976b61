import { Long } from 'mongodb'
import t from 'tap'
import { startTestEngine } from './helper.js'

t.test('a collection is renamed with its documents and indexes', async (t) => {
  const { client } = await startTestEngine(t)
  const [db, admin] = [client.db('test'), client.db('admin')]
  await db.collection<{ _id: number }>('a').insertOne({ _id: 1 })
  await db.collection('a').createIndex({ x: 1 })
  await admin.command({ renameCollection: 'test.a', to: 'other.b.c' })
  t.strictSame(await db.listCollections().toArray(), [])
  t.strictSame(await client.db('other').collection('b.c').find().toArray(), [{ _id: 1 }])
  t.strictSame((await client.db('other').collection('b.c').indexes()).map(({ name }) => name), ['_id_', 'x_1'])
})

t.test('a collection takes the place of another only if told to', async (t) => {
  const { client } = await startTestEngine(t)
  const [db, admin] = [client.db('test'), client.db('admin')]
  await db.collection('a').insertOne({ from: 'a' })
  await db.collection('b').insertOne({ from: 'b' })
  await t.rejects(admin.command({ renameCollection: 'test.a', to: 'test.b' }), { code: 48, codeName: 'NamespaceExists', errmsg: 'target namespace exists' })
  await admin.command({ renameCollection: 'test.a', to: 'test.b', dropTarget: true })
  t.match(await db.collection('b').find().toArray(), [{ from: 'a' }])
  t.strictSame((await db.listCollections().toArray()).map(({ name }) => name), ['b'])
})

t.test('what cannot be renamed stays as it is', async (t) => {
  const { client } = await startTestEngine(t)
  const [db, admin] = [client.db('test'), client.db('admin')]
  await db.createCollection('a')
  await t.rejects(admin.command({ renameCollection: 'test.none', to: 'test.b' }), { code: 26, codeName: 'NamespaceNotFound' })
  await t.rejects(admin.command({ renameCollection: 'test.a', to: 'test.a' }), { code: 20, codeName: 'IllegalOperation' })
  await t.rejects(admin.command({ renameCollection: 'test.a', to: 'nodot' }), { code: 73, codeName: 'InvalidNamespace' })
  await t.rejects(db.command({ renameCollection: 'test.a', to: 'test.b' }), { code: 13, codeName: 'Unauthorized' })
  t.strictSame((await db.listCollections().toArray()).map(({ name }) => name), ['a'])
})

t.test('a hidden index is maintained and not used until it is shown again', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const users = db.collection('users')
  const stageOf = async (): Promise<string> => {
    const { queryPlanner } = await users.find({ age: 3 }).explain()
    return JSON.stringify(queryPlanner.winningPlan)
  }
  await users.createIndex({ age: 1 }, { unique: true, hidden: true })
  t.match(await users.indexes(), [{ name: '_id_' }, { name: 'age_1', hidden: true }])
  await users.insertOne({ age: 3 })
  await t.rejects(users.insertOne({ age: 3 }), { code: 11000 })
  t.match(await stageOf(), 'COLLSCAN')
  await t.rejects(users.find({ age: 3 }).hint('age_1').toArray(), { code: 2 })
  t.match(await db.command({ collMod: 'users', index: { keyPattern: { age: 1 }, hidden: false } }), { hidden_old: true, hidden_new: false, ok: 1 })
  t.match(await stageOf(), 'IXSCAN')
  t.notOk('hidden' in (await users.indexes())[1])
  t.notOk('hidden_old' in await db.command({ collMod: 'users', index: { name: 'age_1', hidden: false } }), 'what has not changed is not mentioned')
})

t.test('the time after which documents expire can be changed', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').createIndex({ at: 1 }, { expireAfterSeconds: 10 })
  const reply = await client.db('test', {}).command({ collMod: 'a', index: { name: 'at_1', expireAfterSeconds: 20 } }, { promoteLongs: false })
  t.strictSame(reply.expireAfterSeconds_old, Long.fromNumber(10))
  t.strictSame(reply.expireAfterSeconds_new, Long.fromNumber(20))
  t.match(await db.collection('a').indexes(), [{}, { name: 'at_1', expireAfterSeconds: 20 }])
})

t.test('collMod refuses what it cannot do', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').createIndex({ x: 1, y: 1 })
  const cases: Array<[object, number]> = [
    [{ name: 'x_1_y_1' }, 72],
    [{ name: 'x_1_y_1', keyPattern: { x: 1, y: 1 }, hidden: true }, 72],
    [{ hidden: true }, 72],
    [{ name: 'none', hidden: true }, 27],
    [{ keyPattern: { x: 1 }, hidden: true }, 27],
    [{ name: '_id_', hidden: true }, 2],
    [{ name: 'x_1_y_1', expireAfterSeconds: 1 }, 67],
    [{ name: 'x_1_y_1', unique: true }, 238]
  ]
  for (const [index, code] of cases) await t.rejects(db.command({ collMod: 'a', index }), { code }, JSON.stringify(index))
  await t.rejects(db.command({ collMod: 'none', index: { name: 'x', hidden: true } }), { code: 26 })
  await t.rejects(db.command({ collMod: 'a', changeStreamPreAndPostImages: {} }), { code: 40414 })
  t.match(await db.command({ collMod: 'a' }), { ok: 1 })
})

t.test('collStats counts the documents of a collection and how long they are', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('a').insertMany([{ x: 1 }, { x: 2 }])
  await db.collection('a').createIndex({ x: 1 })
  t.match(await db.command({ collStats: 'a' }), {
    ns: 'test.a', size: 58, count: 2, avgObjSize: 29, numOrphanDocs: 0, storageSize: 58, capped: false, nindexes: 2, indexBuilds: [], scaleFactor: 1, ok: 1
  })
  t.match(await db.command({ collStats: 'a', scale: 10 }), { size: 5, avgObjSize: 29, scaleFactor: 10 })
  const missing = await db.command({ collStats: 'none' })
  t.match(missing, { ns: 'test.none', size: 0, count: 0, nindexes: 0, ok: 1 })
  t.notOk('avgObjSize' in missing)
  await t.rejects(db.command({ collStats: 'a', scale: 0 }), { code: 51024 })
})

t.test('dbStats adds up the collections of a database', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  t.match(await db.stats(), { db: 'test', collections: 0, views: 0, objects: 0, avgObjSize: 0, dataSize: 0, indexes: 0, scaleFactor: 1, ok: 1 })
  await db.collection('a').insertMany([{ x: 1 }, { x: 2 }])
  await db.collection('b').insertOne({ x: 1 })
  await db.collection('b').createIndex({ x: 1 })
  await db.createCollection('view', { viewOn: 'a', pipeline: [] })
  t.match(await db.stats(), { collections: 2, views: 1, objects: 3, avgObjSize: 29, dataSize: 87, storageSize: 87, indexes: 3 })
  t.match(await db.command({ dbStats: 1, scale: 29 }), { dataSize: 3, avgObjSize: 29, scaleFactor: 29 })
})

t.test('what has expired is removed as often as is set', async (t) => {
  const { client } = await startTestEngine(t)
  const [admin, things] = [client.db('admin'), client.db('test').collection('things')]
  t.match(await admin.command({ setParameter: 1, ttlMonitorSleepSecs: 1 }), { was: 60, ok: 1 })
  t.match(await admin.command({ getParameter: 1, ttlMonitorSleepSecs: 1 }), { ttlMonitorSleepSecs: 1 })
  await things.createIndex({ at: 1 }, { expireAfterSeconds: 0 })
  await things.insertOne({ at: new Date(0) })
  while (await things.countDocuments() > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  t.pass('the document has gone')
})

t.test('no other parameter can be set, and none to nonsense', async (t) => {
  const { client } = await startTestEngine(t)
  const admin = client.db('admin')
  await t.rejects(admin.command({ setParameter: 1 }), { code: 72 })
  await t.rejects(admin.command({ setParameter: 1, other: 1 }), { code: 40415 })
  for (const seconds of [0, -1, 2 ** 31]) await t.rejects(admin.command({ setParameter: 1, ttlMonitorSleepSecs: seconds }), { code: 2 })
  await t.rejects(client.db('test').command({ setParameter: 1, ttlMonitorSleepSecs: 1 }), { code: 13 })
})

t.test('what only Atlas has is refused in words that say so', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection('things')
  const refusal = { code: 115, codeName: 'CommandNotSupported', errmsg: /Atlas/ }
  await t.rejects(things.createSearchIndex({ definition: { mappings: { dynamic: true } } }), refusal)
  await t.rejects(things.updateSearchIndex('a', {}), refusal)
  await t.rejects(things.dropSearchIndex('a'), refusal)
  await t.rejects(things.listSearchIndexes().toArray(), { code: 6047401, errmsg: /Atlas/ })
})
