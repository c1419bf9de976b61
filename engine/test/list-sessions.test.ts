import { Binary, UUID, type Document } from 'bson'
import t from 'tap'
import { RecentSessions } from '../commands/recent-sessions.js'
import { toJs } from '../bson/value.js'
import { startTestEngine } from './helper.js'

t.test('$listLocalSessions has the sessions that were used and have not ended', async (t) => {
  const { client } = await startTestEngine(t)
  const session = client.startSession()
  const other = client.startSession()
  for (const used of [session, other]) await client.db('test').command({ ping: 1 }, { session: used })
  await client.db('admin').command({ endSessions: [other.id] })
  const listed = async (): Promise<string[]> => (await client.db('admin').aggregate([{ $listLocalSessions: {} }]).toArray()).map(({ _id }) => String(_id.id))
  const ids = await listed()
  t.ok(ids.includes(String(session.id!.id.toUUID())))
  t.notOk(ids.includes(String(other.id!.id.toUUID())))
  const [{ _id: { uid }, lastUse }] = await client.db('admin').aggregate([{ $listLocalSessions: { allUsers: true } }, { $limit: 1 }]).toArray()
  t.equal((uid as Binary).length(), 32)
  t.ok(lastUse instanceof Date)
})

t.test('$listLocalSessions stands first, in {aggregate: 1}, outside of transactions and of the stable API', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  await t.rejects(db.collection('c').aggregate([{ $listLocalSessions: {} }]).toArray(), { code: 73 })
  await t.rejects(db.aggregate([{ $documents: [] }, { $listLocalSessions: {} }]).toArray(), { code: 40602 })
  await t.rejects(db.aggregate([{ $listLocalSessions: 1 }]).toArray(), { code: 14 })
  await t.rejects(db.aggregate([{ $listLocalSessions: { foo: 1 } }]).toArray(), { code: 40415 })
  await t.rejects(db.aggregate([{ $listLocalSessions: { users: [] } }]).toArray(), { code: 238 })
  await t.rejects(db.command({ aggregate: 1, pipeline: [{ $listLocalSessions: {} }], cursor: {}, apiVersion: '1', apiStrict: true }), { code: 323 })
  await client.withSession(async (session) => {
    session.startTransaction()
    await t.rejects(db.aggregate([{ $listLocalSessions: {} }], { session }).toArray(), { code: 263 })
    await session.abortTransaction()
  })
})

t.test('a session that is not used for half an hour is listed no longer, and neither are too many', (t) => {
  let now = 0
  const clock = (): Date => new Date(now)
  const sessions = new RecentSessions(clock, 'ann')
  const id = (number: number): Buffer => Buffer.alloc(16, String(number).padStart(16))
  for (let at = 0; at <= 10_000; at++) sessions.touch(id(at), clock())
  const listed = sessions.describe().map((session) => toJs(session) as { _id: { id: UUID } })
  t.equal(listed.length, 10_000)
  t.strictSame(Buffer.from(listed[0]._id.id.buffer), id(1))
  now = 30 * 60_000
  t.strictSame(sessions.describe(), [])
  sessions.touch(id(5), clock())
  t.equal(sessions.describe().length, 1)
  t.end()
})

t.test('$listSessions has the same sessions, in the place where MongoDB writes them down', async (t) => {
  const { client } = await startTestEngine(t)
  const sessions = client.db('config').collection('system.sessions')
  const session = client.startSession()
  await client.db('test').command({ ping: 1 }, { session })
  const [listed, found] = await Promise.all([sessions.aggregate([{ $listSessions: {} }]).toArray(), client.db('admin').aggregate([{ $listLocalSessions: {} }]).toArray()])
  const idsOf = (list: Document[]): string[] => list.map(({ _id }) => String(_id.id))
  t.ok(idsOf(listed).includes(String(session.id!.id.toUUID())))
  t.ok(idsOf(listed).every((id) => idsOf(found).includes(id)))
  t.equal((await sessions.aggregate([{ $listSessions: { allUsers: true } }, { $limit: 1 }]).toArray()).length, 1)
  await t.rejects(sessions.aggregate([{ $listSessions: { users: [] } }]).toArray(), { code: 238 })
  await t.rejects(sessions.aggregate([{ $match: {} }, { $listSessions: {} }]).toArray(), { code: 40602 })
  await t.rejects(client.db('test').collection('c').aggregate([{ $listSessions: {} }]).toArray(), { code: 73 })
})
