import { Long, MongoClient, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { deriveCredentials } from '../wire/scram.js'
import { startTestEngine } from './helper.js'

/** Asks until an operation with such members is running. */
async function running (client: MongoClient, conditions: Document): Promise<Document> {
  for (;;) {
    const { inprog: [found] } = await client.db('admin').command({ currentOp: 1, ...conditions })
    if (found !== undefined) return found
  }
}

/** Starts an aggregation that takes longer than any test: each document looks for another among all. */
async function startLong (t: Test, client: MongoClient): Promise<{ long: Promise<unknown> }> {
  const things = client.db('test').collection('things')
  await things.insertMany(Array.from({ length: 3000 }, (_, n) => ({ n })))
  const long = things.aggregate([{ $lookup: { from: 'things', localField: 'n', foreignField: 'm', as: 'x' } }, { $count: 'n' }], { comment: 'long' }).toArray()
  t.teardown(() => long.catch(() => {}))
  return { long }
}

t.test('what is running is listed as MongoDB lists it', async (t) => {
  const { client } = await startTestEngine(t, { client: { appName: 'tests' } })
  const { long } = await startLong(t, client)
  const found = await running(client, { 'command.comment': 'long' })
  t.match(found, {
    type: 'op',
    host: String,
    desc: /^conn\d+$/,
    connectionId: Number,
    client: String,
    appName: 'tests',
    active: true,
    currentOpTime: /^\d{4}-.*Z$/,
    threaded: true,
    opid: Number,
    lsid: { id: Object },
    secs_running: Number,
    microsecs_running: Number,
    op: 'command',
    ns: 'test.things',
    redacted: false,
    command: { aggregate: 'things', comment: 'long', $db: 'test' },
    waitingForLock: false
  })
  await client.db('admin').command({ killOp: 1, op: found.opid })
  await t.rejects(long, { code: 11601, codeName: 'Interrupted' })
})

t.test('the list shows itself, and what else is asked for', async (t) => {
  const { client } = await startTestEngine(t)
  const admin = client.db('admin')
  t.match(await admin.command({ currentOp: 1 }), { inprog: [{ op: 'command', ns: 'admin.$cmd', command: { currentOp: 1 } }] })
  t.match(await admin.aggregate([{ $currentOp: {} }]).toArray(), [{ ns: 'admin.$cmd.aggregate' }])
  t.same((await admin.command({ currentOp: 1, ns: 'no.such' })).inprog, [])
  const { inprog } = await admin.command({ currentOp: 1, $all: true, active: false })
  t.ok(inprog.length > 0)
  t.match(inprog[0], { type: 'op', active: false, desc: String })
  t.same(await admin.aggregate([{ $currentOp: { idleConnections: false, truncateOps: true, allUsers: true, localOps: true } }, { $match: { active: false } }]).toArray(), [])
})

t.test('a long command is shown cut short', async (t) => {
  const { client } = await startTestEngine(t)
  const comment = 'x'.repeat(2000)
  const ask = async (options: Document): Promise<Document[]> => await client.db('admin').aggregate([{ $currentOp: options }], { comment }).toArray()
  t.match(await ask({ truncateOps: true }), [{ command: { $truncated: /^\{ aggregate: 1/ } }])
  t.match(await ask({}), [{ command: { comment } }])
})

t.test('an open transaction is listed as the session that waits for its client', async (t) => {
  const { client } = await startTestEngine(t)
  const session = client.startSession()
  t.teardown(() => session.endSession())
  session.startTransaction()
  await client.db('test').collection('a').insertOne({}, { session })
  const list = async (options: Document): Promise<Document[]> => await client.db('admin').aggregate([{ $currentOp: options }, { $match: { type: 'idleSession' } }], { promoteLongs: false }).toArray()
  t.match(await list({}), [{ active: false, lsid: { id: session.id!.id }, transaction: { parameters: { txnNumber: Long.fromNumber(1), autocommit: false }, timeOpenMicros: Long } }])
  t.same(await list({ idleSessions: false }), [])
  await session.abortTransaction()
  t.same(await list({}), [])
})

t.test('killing an index build leaves no index', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection('things')
  await things.insertMany(Array.from({ length: 400 }, (_, n) => ({ tags: Array.from({ length: 1000 }, (_, tag) => `${n} ${tag}`) })))
  const build = things.createIndex({ tags: 1 })
  const killed = running(client, { 'command.createIndexes': 'things' }).then(({ opid }) => client.db('admin').command({ killOp: 1, op: opid }))
  await t.rejects(build, { code: 11601 })
  t.match(await killed, { info: 'attempting to kill op', ok: 1 })
  t.match(await things.indexes(), [{ name: '_id_' }])
})

t.test('an operation that is not there can be killed', async (t) => {
  const { client } = await startTestEngine(t)
  const admin = client.db('admin')
  t.match(await admin.command({ killOp: 1, op: 12345 }), { info: 'attempting to kill op', ok: 1 })
  t.match(await admin.command({ killOp: 1, op: Long.fromNumber(7) }), { ok: 1 })
  await t.rejects(admin.command({ killOp: 1 }), { code: 40414 })
  await t.rejects(admin.command({ killOp: 1, op: 'x' }), { code: 14 })
  await t.rejects(admin.command({ killOp: 1, op: 2 ** 31 }), { code: 26823 })
})

t.test('only the database admin knows what is running, and only what is known can be asked', async (t) => {
  const { client } = await startTestEngine(t)
  const [db, admin] = [client.db('test'), client.db('admin')]
  await t.rejects(db.command({ currentOp: 1 }), { code: 13 })
  await t.rejects(db.command({ killOp: 1, op: 1 }), { code: 13 })
  const listed = (database: typeof db, options: unknown): Promise<unknown> => database.aggregate([{ $currentOp: options }] as Document[]).toArray()
  await t.rejects(listed(db, {}), { code: 73 })
  await t.rejects(listed(admin, 1), { code: 9 })
  await t.rejects(listed(admin, { idle: true }), { code: 9 })
  await t.rejects(listed(admin, { allUsers: 1 }), { code: 9 })
  await t.rejects(listed(admin, { idleCursors: true }), { code: 238 })
  await t.rejects(admin.collection('a').aggregate([{ $currentOp: {} }]).toArray(), { code: 73 })
})

t.test('where there is a password the list is only for who has signed in', async (t) => {
  const auth = { authSource: 'admin', auth: { username: 'ann', password: 'secret' } }
  const { client, uri } = await startTestEngine(t, { credentials: deriveCredentials('ann', 'secret'), client: auth })
  t.match(await client.db('admin').command({ currentOp: 1 }), { inprog: [{ effectiveUsers: [{ user: 'ann', db: 'admin' }] }] })
  const stranger = new MongoClient(uri)
  t.teardown(() => stranger.close())
  await t.rejects(stranger.db('admin').command({ currentOp: 1 }), { code: 13 })
  await t.rejects(stranger.db('admin').command({ killOp: 1, op: 1 }), { code: 13 })
})
