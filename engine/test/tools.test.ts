import { Timestamp, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { startTestEngine } from './helper.js'

/** A command as a tool sends it, its database, and what of the reply the tool reads. */
type Asked = readonly [database: string, command: Document, reply: Document]

async function ask (t: Test, asked: readonly Asked[]): Promise<void> {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection<{ _id: number, a: number }>('things')
  await things.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 2 }])
  await things.createIndex({ a: 1 })
  for (const [database, command, reply] of asked) {
    t.match(await client.db(database).command(command).catch(({ code, codeName }) => ({ code, codeName })), reply, JSON.stringify(command))
  }
}

const unknownCommand = { code: 59, codeName: 'CommandNotFound' }

t.test('mongosh gets the answers that it begins with', async (t) => ask(t, [
  ['admin', { ismaster: 1, helloOk: true }, { ismaster: true, helloOk: true, maxWireVersion: 21 }],
  ['admin', { hello: 1 }, { isWritablePrimary: true }],
  ['admin', { ping: 1 }, { ok: 1 }],
  ['admin', { buildInfo: 1 }, { version: /^7\.0/, modules: [], gitVersion: String }],
  ['admin', { atlasVersion: 1 }, unknownCommand],
  ['admin', { getParameter: 1, featureCompatibilityVersion: 1 }, { featureCompatibilityVersion: { version: '7.0' } }],
  ['admin', { getParameter: 'foo' }, { code: 72 }],
  ['admin', { getLog: 'startupWarnings' }, { log: [], totalLinesWritten: 0 }],
  ['admin', { aggregate: 'atlascli', pipeline: [{ $match: { managedClusterType: 'atlasCliLocalDevCluster' } }, { $group: { _id: 1, n: { $sum: 1 } } }], cursor: {} }, { cursor: { firstBatch: [] } }],
  ['admin', { listDatabases: 1, nameOnly: false }, { databases: [{ name: 'test', sizeOnDisk: Number, empty: false }] }],
  ['test', { listCollections: 1, filter: {}, cursor: {}, nameOnly: true, authorizedCollections: true }, { cursor: { firstBatch: [{ name: 'things', type: 'collection' }] } }],
  ['admin', { replSetGetStatus: 1 }, { set: 'quire', myState: 1, members: [{ stateStr: 'PRIMARY', self: true, health: 1 }] }],
  ['admin', { replSetGetConfig: 1 }, { config: { _id: 'quire', version: 1, members: [{ _id: 0, votes: 1, priority: 1 }] } }],
  ['test', { profile: -1 }, { was: 0, slowms: 100 }],
  ['test', { listCommands: 1 }, { commands: { find: { help: String, requiresAuth: true, apiVersions: ['1'] }, hello: { requiresAuth: false }, killOp: { apiVersions: [] } } }]
]))

t.test('Compass gets what it shows of a server, a database and a collection', async (t) => ask(t, [
  ['admin', { connectionStatus: 1, showPrivileges: true }, { authInfo: { authenticatedUsers: [], authenticatedUserPrivileges: [] } }],
  ['admin', { hostInfo: 1 }, { system: { hostname: String, memSizeMB: Number, numCores: Number, cpuArch: String }, os: { type: String, version: String } }],
  ['admin', { getCmdLineOpts: 1 }, { argv: [], parsed: {} }],
  ['admin', { listDatabases: 1, nameOnly: true }, { databases: [{ name: 'test' }] }],
  ['test', { dbStats: 1 }, { collections: 1, objects: 2, dataSize: Number, storageSize: Number, indexes: 2 }],
  ['test', { listCollections: 1, cursor: {} }, { cursor: { firstBatch: [{ name: 'things', options: {}, info: { readOnly: false }, idIndex: { name: '_id_' } }] } }],
  ['test', {
    aggregate: 'things',
    cursor: {},
    pipeline: [
      { $collStats: { storageStats: {} } },
      { $group: { _id: null, capped: { $first: '$storageStats.capped' }, count: { $sum: '$storageStats.count' }, unscaledCollSize: { $sum: { $multiply: [{ $toDouble: '$storageStats.avgObjSize' }, { $toDouble: '$storageStats.count' }] } }, nindexes: { $max: '$storageStats.nindexes' } } },
      { $addFields: { avgObjSize: { $cond: { if: { $ne: ['$count', 0] }, then: { $divide: ['$unscaledCollSize', { $toDouble: '$count' }] }, else: 0 } } } }
    ]
  }, { cursor: { firstBatch: [{ capped: false, count: 2, nindexes: 2, avgObjSize: 21 }] } }],
  ['test', { listIndexes: 'things', cursor: {} }, { cursor: { firstBatch: [{ name: '_id_' }, { name: 'a_1' }] } }],
  ['test', { aggregate: 'things', pipeline: [{ $match: {} }, { $sample: { size: 1000 } }], cursor: { batchSize: 100 }, maxTimeMS: 60000, allowDiskUse: true }, { cursor: { firstBatch: [{}, {}] } }],
  ['test', { find: 'things', filter: {}, sort: { _id: -1 }, limit: 20, maxTimeMS: 60000 }, { cursor: { firstBatch: [{ _id: 2 }, { _id: 1 }] } }],
  ['test', { aggregate: 'things', pipeline: [{ $match: {} }, { $group: { _id: 1, n: { $sum: 1 } } }], cursor: {}, maxTimeMS: 5000 }, { cursor: { firstBatch: [{ n: 2 }] } }],
  ['test', { explain: { find: 'things', filter: { a: 1 } }, verbosity: 'allPlansExecution' }, { queryPlanner: { winningPlan: {} }, executionStats: { nReturned: 1 } }],
  ['admin', { aggregate: 1, pipeline: [{ $currentOp: { allUsers: true, idleConnections: false, truncateOps: false } }], cursor: {} }, { cursor: { firstBatch: [{ ns: 'admin.$cmd.aggregate' }] } }],
  ['admin', { serverStatus: 1 }, { connections: { current: Number }, mem: { resident: Number } }],
  ['test', { collMod: 'things', validator: { a: { $exists: true } }, validationLevel: 'strict', validationAction: 'error' }, { ok: 1 }]
]))

t.test('mongostat and mongotop get what they ask for', async (t) => ask(t, [
  ['admin', { isMaster: 1 }, { ismaster: true, setName: 'quire' }],
  ['admin', { serverStatus: 1, recordStats: 0 }, { opcounters: { insert: 2 }, network: { numRequests: Number }, repl: { ismaster: true } }],
  ['admin', { top: 1 }, { totals: { 'test.things': { total: { time: Number, count: Number }, readLock: {}, writeLock: {} } } }]
]))

t.test('mongodump gets what it asks for', async (t) => ask(t, [
  ['admin', { isMaster: 1 }, { ismaster: true, setName: 'quire' }],
  ['admin', { buildInfo: 1 }, { version: String, versionArray: [7, 0] }],
  ['admin', { listDatabases: 1, nameOnly: true }, { databases: [{ name: 'test' }] }],
  ['test', { listCollections: 1, filter: {}, cursor: {} }, { cursor: { firstBatch: [{ name: 'things', type: 'collection', info: { uuid: Object } }] } }],
  ['test', { listIndexes: 'things', cursor: {} }, { cursor: { firstBatch: [{ v: 2, key: { _id: 1 } }, { v: 2, key: { a: 1 } }] } }],
  ['test', { count: 'things' }, { n: 2 }],
  ['test', { find: 'things', filter: {}, hint: { _id: 1 }, noCursorTimeout: true, $readPreference: { mode: 'primary' } }, { cursor: { firstBatch: [{ _id: 1 }, { _id: 2 }] } }],
  ['test', { dataSize: 'test.things' }, { size: 42, numObjects: 2 }]
]))

t.test('mongorestore can restore', async (t) => ask(t, [
  ['admin', { buildInfo: 1 }, { version: String }],
  ['test', { listCollections: 1, filter: { name: 'restored' }, cursor: {} }, { cursor: { firstBatch: [] } }],
  ['test', { create: 'restored', idIndex: { v: 2, key: { _id: 1 }, name: '_id_' }, validator: { a: 1 } }, { ok: 1 }],
  ['test', { insert: 'restored', documents: [{ _id: 1 }, { _id: 1 }], ordered: false, bypassDocumentValidation: true, bypassEmptyTsReplacement: true, writeConcern: { w: 'majority' } }, { n: 1, writeErrors: [{ index: 1, code: 11000 }] }],
  ['test', { createIndexes: 'restored', indexes: [{ v: 2, key: { a: 1 }, name: 'a_1', ns: 'old.restored', oldOption: 1 }], ignoreUnknownIndexOptions: true, writeConcern: { w: 'majority' } }, { numIndexesBefore: 1, numIndexesAfter: 2 }],
  ['test', { createIndexes: 'restored', indexes: [{ v: 2, key: { b: 1 }, name: 'b_1', oldOption: 1 }] }, { code: 197 }],
  ['test', { drop: 'restored', writeConcern: { w: 'majority' } }, { ok: 1 }]
]))

t.test('an empty timestamp is filled, unless it is to stay as it is', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const [empty, bypassEmptyTsReplacement] = [new Timestamp({ t: 0, i: 0 }), true]
  const isEmpty = async (_id: number): Promise<boolean> => empty.equals((await db.collection<{ _id: number, at: Timestamp }>('a').findOne({ _id }))!.at)
  await db.command({ insert: 'a', documents: [{ _id: 1, at: empty }], bypassEmptyTsReplacement })
  await db.command({ insert: 'a', documents: [{ _id: 2, at: empty }] })
  await db.command({ update: 'a', updates: [{ q: { _id: 3 }, u: { at: empty }, upsert: true }], bypassEmptyTsReplacement })
  await db.command({ findAndModify: 'a', query: { _id: 4 }, update: { at: empty }, upsert: true, bypassEmptyTsReplacement })
  t.same(await Promise.all([1, 2, 3, 4].map(isEmpty)), [true, false, true, true])
  await db.command({ update: 'a', updates: [{ q: { _id: 3 }, u: { at: empty, n: 1 } }] })
  t.notOk(await isEmpty(3))
})

t.test('the buckets of a time series are refused, in place of which tools would dump nothing', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await db.createCollection('series', { timeseries: { timeField: 'at' } })
  const buckets = 'system.buckets.series'
  const lookup = { $lookup: { from: buckets, pipeline: [], as: 'found' } }
  await db.collection('others').insertOne({})
  for (const command of [
    { find: buckets },
    { count: buckets },
    { distinct: buckets, key: 'a' },
    { insert: buckets, documents: [{}] },
    { create: buckets },
    { aggregate: buckets, pipeline: [], cursor: {} },
    { aggregate: 'others', pipeline: [lookup], cursor: {} },
    { aggregate: 'others', pipeline: [{ $unionWith: buckets }], cursor: {} },
    { explain: { find: buckets } }
  ]) {
    await t.rejects(db.command(command), { code: 238, message: /buckets/ }, JSON.stringify(command))
  }
})

t.test('what tools ask is refused where it means something that is not there', async (t) => {
  const { client } = await startTestEngine(t)
  const [test, admin]: Db[] = [client.db('test'), client.db('admin')]
  for (const command of [{ replSetGetStatus: 1 }, { replSetGetConfig: 1 }, { getCmdLineOpts: 1 }]) await t.rejects(test.command(command), { code: 13 })
  for (const members of [{ profile: 1 }, { profile: 0, slowms: 5 }]) await t.rejects(test.command(members), { code: 238 })
  await t.rejects(test.command({ dataSize: 'test' }), { code: 73 })
  await t.rejects(test.command({ dataSize: 'test.a', keyPattern: { a: 1 }, min: { a: 1 }, max: { a: 2 } }), { code: 238 })
  t.match(await test.command({ dataSize: 'test.none' }), { size: 0, numObjects: 0 })
  t.match(await admin.command({ replSetGetConfig: 1, commitmentStatus: true }), { commitmentStatus: true })
})

t.test('$collStats tells what is asked for of a collection', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection('things')
  const stats = ($collStats: unknown): Promise<Document[]> => things.aggregate([{ $collStats }] as Document[]).toArray()
  t.match(await stats({ storageStats: {} }), [{ ns: 'test.things', storageStats: { count: 0, size: 0 } }], 'one that is not there is empty')
  await t.rejects(stats({ count: {} }), { code: 26 })
  await things.insertMany([{ _id: 1 as never }, { _id: 2 as never }])
  t.match(await stats({ count: {}, storageStats: { scale: 4 } }), [{ host: String, localTime: Date, count: 2, storageStats: { size: 7, scaleFactor: 4, nindexes: 1 } }])
  t.notOk('storageStats' in (await stats({}))[0])
  const refusals: Array<[unknown, number]> = [
    [1, 5447000], [{ other: {} }, 40415], [{ latencyStats: {} }, 238], [{ storageStats: 1 }, 14], [{ storageStats: { scale: 0 } }, 51024], [{ storageStats: { other: 1 } }, 40415]
  ]
  for (const [specification, code] of refusals) await t.rejects(stats(specification), { code }, JSON.stringify(specification))
  const strict = (pipeline: Document[]): Promise<Document> => client.db('test').command({ aggregate: 'things', pipeline, cursor: {}, apiVersion: '1', apiStrict: true })
  t.match(await strict([{ $collStats: { count: {} } }]), { ok: 1 })
  await t.rejects(strict([{ $collStats: { storageStats: {} } }]), { code: 323 })
  await t.rejects(client.db('test').aggregate([{ $collStats: {} }]).toArray(), { code: 73 })
})
