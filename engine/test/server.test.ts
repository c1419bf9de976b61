import t from 'tap'
import { startTestEngine } from './helper.js'

t.test('the driver connects to a primary of MongoDB 7.0', async (t) => {
  const { client } = await startTestEngine(t)
  const hello = await client.db('test').command({ hello: 1 })
  t.equal(hello.maxWireVersion, 21)
})
