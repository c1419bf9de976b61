import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { WindowCounts } from '../../plugins/rate-limit/window-counts.js'
import { buildApp, expectProblem, signUp } from '../helper.js'

const limited = { QUIRE_RATE_LOGIN_PER_MINUTE: '10', QUIRE_RATE_SIGNUP_PER_MINUTE: '10' }

interface Attempt { email?: string, password?: string, address?: string, url?: string, body?: object, headers?: Record<string, string> }

function login (app: FastifyInstance, { email = 'ann@example.com', password = 'wrong', address = '192.0.2.1', url = '/v1/auth/login', body, headers = {} }: Attempt = {}) {
  return app.inject({ method: 'POST', url, remoteAddress: address, payload: { email, password, ...body }, headers })
}

t.test('S-036: too many logins from an address are 429 with Retry-After', async (t) => {
  const app = await buildApp(t, limited)
  for (let attempt = 0; attempt < 10; attempt++) t.equal((await login(app)).statusCode, 401)
  const response = await login(app)
  expectProblem(t, response, 'RATE_LIMITED')
  t.ok(Number(response.headers['retry-after']) > 0 && Number(response.headers['retry-after']) <= 60)
})

t.test('S-036: too many signups from an address are 429', async (t) => {
  const app = await buildApp(t, limited)
  const signup = (email: string) => login(app, { url: '/v1/auth/signup', email, password: 'correct horse' })
  for (let attempt = 0; attempt < 10; attempt++) t.equal((await signup(`user${attempt}@example.com`)).statusCode, 201)
  expectProblem(t, await signup('another@example.com'), 'RATE_LIMITED')
})

t.test('S-038: of 100 guesses at once only as many as the limit are looked at', async (t) => {
  const app = await buildApp(t, limited)
  const responses = await Promise.all(Array.from({ length: 100 }, () => login(app)))
  const count = (status: number) => responses.filter(({ statusCode }) => statusCode === status).length
  t.strictSame([count(401), count(429)], [10, 90])
})

t.test('S-037: nothing that a client can vary makes it somebody else', async (t) => {
  const app = await buildApp(t, limited)
  const variations: Attempt[] = [
    { email: 'ANN@example.com' }, { email: 'bob@example.com' }, { email: ' ann@example.com' }, { url: '/v1/auth/login?x=1' }, { url: '/v1/auth/login#x' },
    { body: { name: 'x' } }, { headers: { 'x-forwarded-for': '198.51.100.1' } }, { headers: { forwarded: 'for=198.51.100.1' } },
    { headers: { 'x-real-ip': '198.51.100.1' } }, { headers: { 'user-agent': 'x' } }
  ]
  for (const attempt of variations) t.not((await login(app, attempt)).statusCode, 429)
  for (const attempt of variations) expectProblem(t, await login(app, attempt), 'RATE_LIMITED')
  for (const url of ['//v1/auth/login', '/v1//auth/login', '/v1/auth/login/', '/V1/auth/login', '/v1/auth/%6Cogin/']) {
    t.not((await login(app, { url })).statusCode, 401, url)
  }
  expectProblem(t, await login(app, { url: '/v1/auth/%6Cogin' }), 'RATE_LIMITED')
})

t.test('S-036: an IPv6 client is its /64, and an IPv4 client is the same in IPv6 clothes', async (t) => {
  const app = await buildApp(t, { QUIRE_RATE_LOGIN_PER_MINUTE: '1' })
  const from = async (address: string) => (await login(app, { address })).statusCode
  t.equal(await from('2001:db8::1'), 401)
  t.equal(await from('2001:db8::ffff:1'), 429)
  t.equal(await from('2001:db8:0:1::1'), 401)
  t.equal(await from('192.0.2.1'), 401)
  t.equal(await from('::ffff:192.0.2.1'), 429)
})

t.test('S-039: guesses from one address lock nobody out of another', async (t) => {
  const app = await buildApp(t, { ...limited, QUIRE_RATE_SIGNUP_PER_MINUTE: '0' })
  const { email, password, headers } = await signUp(app)
  for (let attempt = 0; attempt < 20; attempt++) await login(app, { email })
  t.equal((await login(app, { email, password })).statusCode, 429)
  t.equal((await login(app, { email, password, address: '192.0.2.2' })).statusCode, 200)
  t.equal((await app.inject({ url: '/v1/me', remoteAddress: '192.0.2.1', headers })).statusCode, 200)
})

t.test('S-037: a flood of other keys does not make a client forgotten, and its window does', async (t) => {
  const counts = new WindowCounts()
  const start = Date.now()
  let elapsed = 0
  t.intercept(Date, 'now', { value: () => start + elapsed })
  const hit = (key: string) => new Promise((resolve) => counts.incr(key, (_, result) => resolve(result), 60_000))
  t.strictSame(await hit('ann'), { current: 1, ttl: 60_000 })
  for (let key = 0; key < 10_000; key++) await hit(`key ${key}`)
  elapsed = 59_999
  t.strictSame(await hit('ann'), { current: 2, ttl: 1 })
  elapsed = 60_000
  t.strictSame(await hit('ann'), { current: 1, ttl: 60_000 })
})

t.test("waiting for the window of an address to turn does not double an account's limit", async (t) => {
  const app = await buildApp(t, limited)
  const start = Date.now()
  let elapsed = 0
  t.intercept(Date, 'now', { value: () => start + elapsed })
  await login(app, { email: 'bob@example.com' })
  elapsed = 50_000
  for (let attempt = 0; attempt < 9; attempt++) t.equal((await login(app)).statusCode, 401)
  t.equal((await login(app)).statusCode, 429)
  elapsed = 61_000
  t.equal((await login(app, { email: 'Ann@example.com' })).statusCode, 401)
  expectProblem(t, await login(app, { email: 'aNN@example.com' }), 'RATE_LIMITED')
  t.equal((await login(app, { email: 'bob@example.com' })).statusCode, 401)
})

t.test('other requests are not limited unless they are asked to be', async (t) => {
  const [free, counted] = [await buildApp(t), await buildApp(t, { QUIRE_RATE_REQUESTS_PER_MINUTE: '50' })]
  const statuses = async (app: FastifyInstance) => {
    const ann = await signUp(app)
    const responses = await Promise.all(Array.from({ length: 60 }, () => ann.get('/v1/me')))
    return responses.filter(({ statusCode }) => statusCode === 200).length
  }
  t.equal(await statuses(free), 60)
  t.equal(await statuses(counted), 50)
})
