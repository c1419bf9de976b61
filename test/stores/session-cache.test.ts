import t from 'tap'
import { SessionCache } from '../../src/stores/session-cache.js'

const session = { id: 'session', expiresAt: Infinity }

t.test('what was read is remembered for the given time', async (t) => {
  let now = 0
  let reads = 0
  const cache = new SessionCache(1000, () => now)
  const find = (secret: string) => cache.find('ann', secret, async () => { reads++; return session })
  await find('secret')
  now = 999
  t.equal(await find('secret'), session)
  await find('another secret')
  t.equal(reads, 2)
  now = 1000
  await find('secret')
  t.equal(reads, 3)
  await find('another secret')
  t.equal(reads, 3)
})

t.test('a failure is for those who wait for it alone', async (t) => {
  const cache = new SessionCache(1000, () => 0)
  const failing = async () => { throw new Error('the database is away') }
  await Promise.all([t.rejects(cache.find('ann', 'secret', failing)), t.rejects(cache.find('ann', 'secret', async () => session))])
  t.equal(await cache.find('ann', 'secret', async () => session), session)
})

t.test('what is remembered of a user is forgotten on demand, reads under way included', async (t) => {
  const cache = new SessionCache(1000, () => 0)
  const slow = cache.find('ann', 'secret', async () => session)
  await cache.find('bob', 'other', async () => session)
  cache.forget('ann')
  t.equal(await slow, session)
  t.equal(await cache.find('ann', 'secret', async () => null), null)
  t.equal(await cache.find('bob', 'other', async () => null), session)
})
