import { compareSync, getRounds } from 'bcryptjs'
import t from 'tap'
import { hash, verify } from '../../plugins/passwords/worker.js'
import { buildApp, expectProblem } from '../helper.js'

const password = 'correct horse'

t.test('S-028: every character of a password counts', async (t) => {
  const { passwords } = await buildApp(t)
  for (const long of ['a'.repeat(72), '🐎'.repeat(18), '馬'.repeat(64), 'a'.repeat(1023)]) {
    const hash = await passwords.hash(`${long}X`)
    t.ok(await passwords.verify(`${long}X`, hash))
    t.notOk(await passwords.verify(`${long}Y`, hash))
    t.notOk(await passwords.verify(long, hash))
  }
})

t.test('S-029: a password is not its own repetition after a NUL', async (t) => {
  const { passwords } = await buildApp(t)
  t.notOk(await passwords.verify('aaaaaaaa\0aaaaaaaa', await passwords.hash('aaaaaaaa')))
})

t.test('S-031: hashes are bcrypt of the configured cost, salted, and worth nothing without the pepper', async (t) => {
  const { passwords } = await buildApp(t, { QUIRE_BCRYPT_COST: '5' })
  const [one, two] = [await passwords.hash(password), await passwords.hash(password)]
  t.match(one, /^\$2b\$05\$.{53}$/)
  t.not(one, two)
  t.notOk(compareSync(password, one))
  const elsewhere = await buildApp(t)
  t.notOk(await elsewhere.passwords.verify(password, one))
})

t.test('S-031: a hash of less work than is asked for today is outdated', async (t) => {
  const { passwords } = await buildApp(t, { QUIRE_BCRYPT_COST: '5' })
  t.ok(passwords.isOutdated(hash({ key: 'x', cost: 4 })))
  t.notOk(passwords.isOutdated(hash({ key: 'x', cost: 5 })))
  t.notOk(passwords.isOutdated(hash({ key: 'x', cost: 6 })))
})

t.test('S-034: without a hash to compare with, the answer is no after the same work', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '9', QUIRE_HASH_WAITING: '0' })
  const verifying = app.passwords.verify(password, undefined)
  // The one thread is busy with it.
  await t.rejects(app.passwords.hash(password), { code: 'OVERLOADED' })
  t.equal(await verifying, false)
})

t.test('S-032: hashing leaves the event loop alone', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '9' })
  let turns = 0
  let next = setImmediate(function turn () {
    turns++
    next = setImmediate(turn)
  })
  t.equal(getRounds(await app.passwords.hash(password)), 9)
  clearImmediate(next)
  t.ok(turns > 20, `${turns} turns`)
})

t.test('S-032: others are answered while a password is hashed', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '10' })
  const order: string[] = []
  const send = async (url: string, payload?: object) => {
    await app.inject({ method: payload ? 'POST' : 'GET', url, ...payload && { payload } })
    order.push(url)
  }
  await Promise.all([send('/v1/auth/login', { email: 'ann@example.com', password }), send('/v1/me'), send('/v1/me')])
  t.strictSame(order, ['/v1/me', '/v1/me', '/v1/auth/login'])
})

t.test('S-032: when too many passwords wait to be hashed, one more is 503 with Retry-After', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '8', QUIRE_HASH_THREADS: '1', QUIRE_HASH_WAITING: '1' })
  const login = () => app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'ann@example.com', password } })
  const responses = await Promise.all([login(), login(), login()])
  const refused = responses.filter(({ statusCode }) => statusCode === 503)
  t.equal(refused.length, 1)
  expectProblem(t, refused[0], 'OVERLOADED')
  t.match(refused[0].headers['retry-after'], /^[1-9]\d*$/)
  t.equal((await login()).statusCode, 401, 'and then there is room again')
})

t.test('a hash that is being made when the server stops is made', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '8' })
  const hashing = app.passwords.hash(password)
  await app.close()
  t.ok(getRounds(await hashing))
})

t.test('the worker answers what it is asked', async (t) => {
  const hashed = hash({ key: 'key', cost: 4 })
  t.ok(verify({ key: 'key', hash: hashed }))
  t.notOk(verify({ key: 'another key', hash: hashed }))
})
