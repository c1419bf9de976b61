import { createHash, randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import t, { type Test } from 'tap'
import { createModels } from '../../src/models/index.js'
import { SessionStore } from '../../src/stores/session-store.js'
import { temporaryDatabase } from '../helper.js'

/** A user, and a store whose clock stands still until it is moved. */
async function setUp (t: Test, { idleSeconds = 100, absoluteSeconds = 300 } = {}) {
  const connection = await mongoose.createConnection(await temporaryDatabase(t), { autoIndex: false }).asPromise()
  t.teardown(() => connection.close())
  const models = createModels(connection)
  const userId = randomUUID()
  await models.User.create({ _id: userId, email: 'ann@example.com', emailKey: 'ann@example.com', passwordHash: '-', createdAt: new Date() })
  const clock = { seconds: 0 }
  const start = Date.now()
  const sessions = new SessionStore(models, { idleSeconds, absoluteSeconds }, () => start + clock.seconds * 1000)
  return { models, userId, clock, sessions, start }
}

t.test('a session is found by its user and its secret together', async (t) => {
  const { sessions, userId } = await setUp(t)
  const secret = await sessions.start(userId)
  t.match(await sessions.find(userId, secret), { id: /^[0-9a-f-]{36}$/ })
  t.equal(await sessions.find(randomUUID(), secret), null)
  t.match(await sessions.find(userId, secret), { id: String })
  t.equal(await sessions.find(userId, 'x'.repeat(43)), null)
})

t.test('S-048: the row has the hash of the secret', async (t) => {
  const { sessions, userId, models } = await setUp(t)
  const secret = await sessions.start(userId)
  const row = await models.Session.findOne({ user: userId }).lean()
  t.equal(row?.secretHash.toString('hex'), createHash('sha256').update(secret).digest('hex'))
})

t.test('S-049: a session that is not used ends after the idle time', async (t) => {
  const { sessions, userId, clock } = await setUp(t)
  const secret = await sessions.start(userId)
  clock.seconds = 99
  t.ok(await sessions.find(userId, secret))
  clock.seconds = 99 + 99
  t.ok(await sessions.find(userId, secret))
  clock.seconds = 198 + 100
  t.equal(await sessions.find(userId, secret), null)
})

t.test('S-049: a session that is used all the time ends after the absolute time', async (t) => {
  const { sessions, userId, clock } = await setUp(t)
  const secret = await sessions.start(userId)
  for (clock.seconds = 0; clock.seconds < 300; clock.seconds += 50) t.ok(await sessions.find(userId, secret), `after ${clock.seconds} s`)
  clock.seconds = 299
  t.ok(await sessions.find(userId, secret))
  clock.seconds = 300
  t.equal(await sessions.find(userId, secret), null)
})

t.test('S-049: a session never outlives the absolute time, however long the idle time is', async (t) => {
  const { sessions, userId, clock } = await setUp(t, { idleSeconds: 1000, absoluteSeconds: 10 })
  const secret = await sessions.start(userId)
  clock.seconds = 10
  t.equal(await sessions.find(userId, secret), null)
})

t.test('using a session writes only when it makes a difference', async (t) => {
  const { sessions, userId, clock, models, start } = await setUp(t)
  const secret = await sessions.start(userId)
  const expiry = async () => ((await models.Session.findOne({ user: userId }).lean())?.expiresAt.getTime() ?? 0) - start
  clock.seconds = 4
  await sessions.find(userId, secret)
  t.equal(await expiry(), 100_000)
  clock.seconds = 6
  await sessions.find(userId, secret)
  t.equal(await expiry(), 106_000)
})

t.test('S-044: a session that has ended is gone at once for the server that ended it', async (t) => {
  const { sessions, userId } = await setUp(t)
  const [one, other] = [await sessions.start(userId), await sessions.start(userId)]
  const { id } = (await sessions.find(userId, one))!
  t.ok(await sessions.find(userId, other))
  await sessions.end(userId, id)
  t.equal(await sessions.find(userId, one), null)
  t.ok(await sessions.find(userId, other))
})

t.test('S-044: a look-up that the end overtakes is not remembered', async (t) => {
  const { sessions, userId } = await setUp(t)
  const secret = await sessions.start(userId)
  const { id } = (await sessions.find(userId, secret))!
  const ending = sessions.end(userId, id)
  const overtaken = sessions.find(userId, secret)
  await Promise.all([ending, overtaken])
  t.equal(await sessions.find(userId, secret), null)
})

t.test("nobody can end somebody else's session", async (t) => {
  const { sessions, userId } = await setUp(t)
  const secret = await sessions.start(userId)
  const { id } = (await sessions.find(userId, secret))!
  await sessions.end(randomUUID(), id)
  t.ok(await sessions.find(userId, secret))
})

t.test('S-044: what another server changes is seen after a second, not later', async (t) => {
  const { sessions, userId, clock, models } = await setUp(t)
  const secret = await sessions.start(userId)
  t.ok(await sessions.find(userId, secret))
  await models.User.updateOne({ _id: userId }, { $set: { disabled: true } })
  clock.seconds = 1
  t.equal(await sessions.find(userId, secret), null)
})

t.test('S-115: without the database a look-up fails, and says nothing about the session', async (t) => {
  const { sessions, userId, models } = await setUp(t)
  const secret = await sessions.start(userId)
  await models.Session.db.close()
  await t.rejects(sessions.find(userId, secret))
})

t.test('rows are unique by secret, and expire by themselves', async (t) => {
  const { models } = await setUp(t)
  t.strictSame(models.Session.schema.indexes().map(([keys, { unique, expireAfterSeconds }]) => [keys, unique, expireAfterSeconds]), [
    [{ secretHash: 1 }, true, undefined],
    [{ user: 1 }, undefined, undefined],
    [{ expiresAt: 1 }, undefined, 0]
  ])
})
