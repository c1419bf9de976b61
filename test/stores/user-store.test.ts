import { randomUUID } from 'node:crypto'
import mongoose from 'mongoose'
import t, { type Test } from 'tap'
import { createModels } from '../../src/models/index.js'
import { UserStore } from '../../src/stores/user-store.js'
import { temporaryDatabase } from '../helper.js'

async function setUp (t: Test) {
  const connection = await mongoose.createConnection(await temporaryDatabase(t), { autoIndex: false }).asPromise()
  t.teardown(() => connection.close())
  const models = createModels(connection)
  await models.User.createIndexes()
  return { models, users: new UserStore(models) }
}

t.test('an account is found by its id and, whatever the case, by its address', async (t) => {
  const { users } = await setUp(t)
  const ann = await users.create({ email: 'Ann@Example.com', name: 'Ann', passwordHash: 'hash' })
  t.match(ann, { email: 'Ann@Example.com', name: 'Ann' })
  t.strictSame(await users.find(ann.id), ann)
  t.strictSame(await users.findAccount('aNN@eXAMPLE.com'), { user: ann, passwordHash: 'hash' })
})

t.test('nobody is found by an unknown id or address', async (t) => {
  const { users } = await setUp(t)
  t.equal(await users.find(randomUUID()), null)
  t.equal(await users.findAccount('nobody@example.com'), null)
})

t.test('S-040: an address belongs to one account', async (t) => {
  const { users } = await setUp(t)
  await users.create({ email: 'ann@example.com', passwordHash: 'hash' })
  await t.rejects(users.create({ email: 'ANN@example.com', passwordHash: 'hash' }), { code: 'EMAIL_TAKEN' })
})

t.test('what goes wrong otherwise is not taken for a taken address', async (t) => {
  const { users, models } = await setUp(t)
  await models.User.db.close()
  await t.rejects(users.create({ email: 'ann@example.com', passwordHash: 'hash' }), { code: undefined })
})

t.test('a disabled account is nothing to log in to', async (t) => {
  const { users, models } = await setUp(t)
  await users.create({ email: 'ann@example.com', passwordHash: 'hash' })
  await models.User.updateMany({}, { $set: { disabled: true } })
  t.equal(await users.findAccount('ann@example.com'), null)
})

t.test('a hash is replaced only while it is the one that was checked', async (t) => {
  const { users } = await setUp(t)
  const { id } = await users.create({ email: 'ann@example.com', passwordHash: 'old' })
  await users.replaceHash(id, 'old', 'new')
  await users.replaceHash(id, 'old', 'newer')
  t.equal((await users.findAccount('ann@example.com'))?.passwordHash, 'new')
})
