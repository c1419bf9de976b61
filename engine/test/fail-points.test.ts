import { MongoNetworkError, MongoServerError } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { FailPoints } from '../commands/fail-points.js'
import { commands } from '../commands/table.js'
import { testCommands } from '../commands/test-commands.js'
import { startTestEngine, type TestEngine } from './helper.js'

function startForTests (t: Test, options: object = {}): Promise<TestEngine> {
  return startTestEngine(t, { commands: [...commands, ...testCommands], failPoints: new FailPoints(), client: { monitorCommands: true, ...options } })
}

async function failCommand ({ client }: TestEngine, mode: unknown, data: object): Promise<void> {
  await client.db('admin').command({ configureFailPoint: 'failCommand', mode, data })
}

t.test('fail points are only there where they were asked for', async (t) => {
  const { client } = await startTestEngine(t)
  await t.rejects(client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' }), { code: 59 })
  await t.rejects(client.db('admin').command({ killAllSessions: [] }), { code: 59 })
  t.match(await client.db('admin').command({ getParameter: 1, enableTestCommands: 1 }), { enableTestCommands: false })
})

t.test('a command fails as often as it is told to', async (t) => {
  const engine = await startForTests(t)
  const db = engine.client.db('admin')
  t.match(await db.command({ getParameter: 1, enableTestCommands: 1 }), { enableTestCommands: true })
  await failCommand(engine, { times: 2 }, { failCommands: ['ping'], errorCode: 112 })
  for (let i = 0; i < 2; i++) await t.rejects(db.command({ ping: 1 }), { code: 112, codeName: 'WriteConflict' })
  t.match(await db.command({ ping: 1 }), { ok: 1 })
})

t.test('a command goes through before it fails, or fails until it is told not to', async (t) => {
  const engine = await startForTests(t)
  const db = engine.client.db('admin')
  await failCommand(engine, { skip: 1 }, { failCommands: ['ping'], errorCode: 4242 })
  t.match(await db.command({ ping: 1 }), { ok: 1 })
  await t.rejects(db.command({ ping: 1 }), { code: 4242, codeName: 'Location4242' })
  await failCommand(engine, 'alwaysOn', { failCommands: ['ping'], errorCode: 2 })
  await t.rejects(db.command({ ping: 1 }), { code: 2 })
  await failCommand(engine, 'off', {})
  t.match(await db.command({ ping: 1 }), { ok: 1 })
  await failCommand(engine, { activationProbability: 0 }, { failCommands: ['ping'], errorCode: 2 })
  t.match(await db.command({ ping: 1 }), { ok: 1 })
})

t.test('a failure has the labels that are given, and otherwise its own', async (t) => {
  const engine = await startForTests(t, { retryWrites: false })
  const things = engine.client.db('test').collection('things')
  await failCommand(engine, { times: 1 }, { failCommands: ['insert'], errorCode: 91, errorLabels: ['Mine'] })
  const error = await things.insertOne({}).catch((error: unknown) => error)
  t.ok(error instanceof MongoServerError && error.hasErrorLabel('Mine'))
})

t.test('also a command that does not exist can fail', async (t) => {
  const engine = await startForTests(t)
  await failCommand(engine, { times: 1 }, { failCommands: ['nothing'], closeConnection: true })
  await t.rejects(engine.client.db('admin').command({ nothing: 1 }), MongoNetworkError)
  await t.rejects(engine.client.db('admin').command({ nothing: 1 }), { code: 59 })
})

t.test('a connection is lost in place of the reply, and only that of one application', async (t) => {
  const engine = await startForTests(t, { appName: 'mine', retryReads: false })
  const db = engine.client.db('admin')
  await failCommand(engine, { times: 1 }, { failCommands: ['ping'], closeConnection: true, appName: 'theirs' })
  t.match(await db.command({ ping: 1 }), { ok: 1 })
  await failCommand(engine, { times: 1 }, { failCommands: ['ping'], closeConnection: true, appName: 'mine' })
  await t.rejects(db.command({ ping: 1 }), MongoNetworkError)
})

t.test('a command can be kept waiting', async (t) => {
  const engine = await startForTests(t)
  await failCommand(engine, { times: 1 }, { failCommands: ['ping'], blockConnection: true, blockTimeMS: 50 })
  const before = performance.now()
  await engine.client.db('admin').command({ ping: 1 })
  t.ok(performance.now() - before >= 49)
})

t.test('a write concern fails after the write', async (t) => {
  const engine = await startForTests(t, { retryWrites: false })
  const things = engine.client.db('test').collection('things')
  await failCommand(engine, { times: 1 }, { failCommands: ['insert'], writeConcernError: { code: 64, errmsg: 'late' } })
  await t.rejects(things.insertOne({}), { code: 64 })
  t.equal(await things.estimatedDocumentCount(), 1)
})

t.test('a retryable write loses its connection afterwards, or beforehand, and is done once', async (t) => {
  const { client } = await startForTests(t)
  const things = client.db('test').collection('things')
  const admin = client.db('admin')
  await admin.command({ configureFailPoint: 'onPrimaryTransactionalWrite', mode: { times: 1 } })
  await things.insertOne({ when: 'afterwards' })
  t.equal(await things.estimatedDocumentCount(), 1)
  await admin.command({ configureFailPoint: 'onPrimaryTransactionalWrite', mode: { times: 1 }, data: { failBeforeCommitExceptionCode: 1 } })
  await things.insertOne({ when: 'beforehand' })
  t.equal(await things.estimatedDocumentCount(), 2)
  await admin.command({ configureFailPoint: 'onPrimaryTransactionalWrite', mode: { times: 2 } })
  await things.bulkWrite([{ insertOne: { document: {} } }, { updateOne: { filter: {}, update: { $set: { x: 1 } } } }])
  t.equal(await things.estimatedDocumentCount(), 3)
})

t.test('a time limit is always exceeded when that is wanted', async (t) => {
  const engine = await startForTests(t)
  await engine.client.db('admin').command({ configureFailPoint: 'maxTimeAlwaysTimeOut', mode: 'alwaysOn' })
  await t.rejects(engine.client.db('test').collection('a').find().maxTimeMS(9999).toArray(), { code: 50, codeName: 'MaxTimeMSExpired' })
  t.strictSame(await engine.client.db('test').collection('a').find().toArray(), [])
})

t.test('killAllSessions closes the cursors of sessions', async (t) => {
  const { client } = await startForTests(t)
  const things = client.db('test').collection('things')
  await things.insertMany([{}, {}, {}])
  const cursor = things.find({}, { batchSize: 1 })
  t.teardown(() => cursor.close())
  await cursor.next()
  await client.db('admin').command({ killAllSessions: [] })
  await t.rejects(cursor.next(), { code: 43, codeName: 'CursorNotFound' })
})

t.test('what a fail point cannot be told is refused', async (t) => {
  const { client } = await startForTests(t)
  const cases: Array<[object, number]> = [
    [{ configureFailPoint: 'none', mode: 'off' }, 266],
    [{ configureFailPoint: 'toString', mode: 'off' }, 266],
    [{ configureFailPoint: 'failCommand', mode: 'sometimes' }, 2],
    [{ configureFailPoint: 'failCommand', mode: { often: 1 } }, 40415],
    [{ configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { failCommands: [1] } }, 14]
  ]
  for (const [command, code] of cases) await t.rejects(client.db('admin').command(command), { code }, JSON.stringify(command))
})
