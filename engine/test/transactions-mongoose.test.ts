import mongoose from 'mongoose'
import t from 'tap'
import { startTestEngine } from './helper.js'

t.test('Mongoose takes its documents back with a transaction, and keeps them with another', async (t) => {
  const { uri } = await startTestEngine(t)
  const connection = await mongoose.createConnection(uri).asPromise()
  t.teardown(() => connection.close())
  const Thing = connection.model('Thing', new mongoose.Schema({ name: { type: String, unique: true }, n: Number }))
  await Thing.init()
  const failing = connection.transaction(async (session) => {
    await new Thing({ name: 'a', n: 1 }).save({ session })
    throw new Error('changed my mind')
  })
  await t.rejects(failing, { message: 'changed my mind' })
  t.equal(await Thing.countDocuments(), 0)
  await connection.transaction(async (session) => {
    const thing = await new Thing({ name: 'a', n: 1 }).save({ session })
    thing.n = 2
    await thing.save({ session })
    t.equal((await Thing.findOne({ name: 'a' }).session(session))?.n, 2)
  })
  t.equal((await Thing.findOne({ name: 'a' }))?.n, 2)
})
