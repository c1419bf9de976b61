import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { hash } from '../../../plugins/passwords/worker.js'
import { buildApp, expectProblem, signUp } from '../../helper.js'

const app = await buildApp(t)
const password = 'correct horse'

let people = 0

function newEmail (): string {
  return `person${++people}@example.com`
}

function post (app: FastifyInstance, name: 'signup' | 'login' | 'logout', payload?: unknown, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url: `/v1/auth/${name}`,
    ...payload !== undefined && { payload: JSON.stringify(payload) },
    headers: { ...payload !== undefined && { 'content-type': 'application/json' }, ...headers }
  })
}

t.test('signup makes an account and signs in by cookie', async (t) => {
  const email = `Ann.${newEmail()}`
  const response = await post(app, 'signup', { email, password, name: 'Ann' })
  t.equal(response.statusCode, 201)
  const { user, ...rest } = response.json()
  t.match(user, { id: /^[0-9a-f-]{36}$/, email, name: 'Ann', createdAt: /^\d{4}-.*Z$/ })
  t.strictSame(rest, {})
  t.match(response.headers['cache-control'], /no-store/)
  const me = await app.inject({ url: '/v1/me', cookies: { quire: response.cookies[0].value } })
  t.strictSame(me.json(), user)
})

t.test('a bearer client gets its token in the body, and no cookie', async (t) => {
  const app = await buildApp(t, { QUIRE_ACCESS_TOKEN_SECONDS: '120' })
  const signup = await post(app, 'signup', { email: 'ann@example.com', password, transport: 'bearer' })
  const login = await post(app, 'login', { email: 'ann@example.com', password, transport: 'bearer' })
  for (const response of [signup, login]) {
    t.match(response.json(), { user: { email: 'ann@example.com' }, accessToken: /^[\w-]+\.[\w-]+\.[\w-]+$/, expiresIn: 120 })
    t.strictSame(response.cookies, [])
  }
})

t.test('a new account has a notebook to begin with, also when the signup was cut off before it', async (t) => {
  const ann = await signUp(app)
  t.equal((await app.models.Notebook.find({ owner: ann.user.id })).length, 1)
  await app.models.Notebook.deleteMany({ owner: ann.user.id })
  await ann.post('/v1/auth/login', { email: ann.email, password: ann.password })
  t.equal((await app.models.Notebook.find({ owner: ann.user.id })).length, 1)
})

t.test('S-040: of 20 signups of one address at once exactly one succeeds', async (t) => {
  const app = await buildApp(t)
  const spellings = ['ann@example.com', 'ANN@EXAMPLE.COM', 'Ann@Example.com', 'aNN@eXAMPLE.cOM']
  const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => post(app, 'signup', { email: spellings[index % 4], password })))
  t.equal(responses.filter(({ statusCode }) => statusCode === 201).length, 1)
  for (const response of responses.filter(({ statusCode }) => statusCode !== 201)) expectProblem(t, response, 'EMAIL_TAKEN')
  t.equal((await app.models.User.find()).length, 1)
})

t.test('S-040: only plain addresses are addresses', async (t) => {
  const long = `${'a'.repeat(249)}@x.org`
  for (const email of [
    '', 'ann', '@example.com', 'ann@', 'ann@@example.com', 'ann@example', 'a\uFF20b.com', 'änn@example.com', 'ann@exämple.com', 'ann@example.com\r\nBcc:',
    'ann@example.com\n', ' ann@example.com', 'ann@example.com ', 'ann@exa mple.com', '\u0000ann@example.com', 'ann@example.com,bob@example.com', long
  ]) {
    expectProblem(t, await post(app, 'signup', { email, password }), 'VALIDATION_FAILED')
    expectProblem(t, await post(app, 'login', { email, password }), 'VALIDATION_FAILED')
  }
  t.equal((await post(app, 'signup', { email: long.slice(1), password })).statusCode, 201)
})

t.test('S-014: nothing but strings gets near a query', async (t) => {
  const good = { email: newEmail(), password }
  for (const value of [{ $gt: '' }, { $ne: null }, { $regex: '^' }, [good.email], 5, true, null, {}]) {
    for (const field of ['email', 'password', 'transport', 'name']) {
      for (const route of ['signup', 'login'] as const) expectProblem(t, await post(app, route, { ...good, [field]: value }), 'VALIDATION_FAILED')
    }
  }
  for (const body of [[], 'x', 5, null, {}, { email: good.email }, { password }, { ...good, transport: 'carrier pigeon' }]) {
    expectProblem(t, await post(app, 'login', body), 'VALIDATION_FAILED')
  }
})

t.test('S-024: what belongs to the server is refused, not dropped', async (t) => {
  for (const field of ['id', '_id', 'disabled', 'role', 'emailKey', 'passwordHash', 'createdAt', 'expiresAt']) {
    expectProblem(t, await post(app, 'signup', { email: 'ann@example.com', password, [field]: 'x' }), 'VALIDATION_FAILED')
    expectProblem(t, await post(app, 'login', { email: 'ann@example.com', password, [field]: 'x' }), 'VALIDATION_FAILED')
  }
})

t.test('S-030: a password has 8 to 1,024 characters of any kind, and all of them count', async (t) => {
  for (const password of [' '.repeat(8), '🐎'.repeat(8), '馬'.repeat(64), 'x'.repeat(1024), '🐎'.repeat(1024), 'a\tb\nc\u0007de']) {
    const email = newEmail()
    t.equal((await post(app, 'signup', { email, password })).statusCode, 201)
    t.equal((await post(app, 'login', { email, password })).statusCode, 200)
    t.equal((await post(app, 'login', { email, password: `${password} ` })).statusCode, password.length < 1024 ? 401 : 400)
    expectProblem(t, await post(app, 'login', { email, password: password.slice(0, -2) }), 'INVALID_CREDENTIALS')
  }
  for (const password of ['', 'x'.repeat(7), '🐎'.repeat(7), 'x'.repeat(1025)]) {
    expectProblem(t, await post(app, 'signup', { email: 'ann@example.com', password }), 'VALIDATION_FAILED')
  }
})

t.test('S-029: a password with a NUL or a lone surrogate is refused', async (t) => {
  for (const route of ['signup', 'login'] as const) {
    expectProblem(t, await post(app, route, { email: 'ann@example.com', password: 'aaaaaaaa\0aaaaaaaa' }), 'VALIDATION_FAILED')
    t.equal((await post(app, route, { email: 'ann@example.com', password: 'aaaaaaaa\ud800' })).statusCode, 400)
  }
})

t.test('S-034: an unknown address, a wrong password and a disabled account get the same answer', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  await app.models.User.updateOne({ _id: bob.user.id }, { $set: { disabled: true } })
  const answers = await Promise.all([
    post(app, 'login', { email: 'nobody@example.com', password }),
    post(app, 'login', { email: ann.email, password }),
    post(app, 'login', { email: bob.email, password: bob.password })
  ])
  const [unknown, ...others] = answers.map((response) => {
    expectProblem(t, response, 'INVALID_CREDENTIALS')
    return { headers: { ...response.headers, date: '', 'x-request-id': '' }, body: { ...response.json(), requestId: '' } }
  })
  t.equal(unknown.headers['www-authenticate'], 'Bearer')
  for (const other of others) t.strictSame(other, unknown)
})

t.test('the case of an address does not matter for logging in', async (t) => {
  const { user, email, password } = await signUp(app)
  t.strictSame((await post(app, 'login', { email: email.toUpperCase(), password })).json(), { user })
})

t.test('S-031: logging in replaces a hash that took less work than is asked for today', async (t) => {
  const app = await buildApp(t, { QUIRE_BCRYPT_COST: '5' })
  const { user, email, password } = await signUp(app)
  const hashOf = async () => (await app.models.User.findOne({ _id: user.id }).lean())?.passwordHash
  const current = await hashOf()
  await post(app, 'login', { email, password })
  t.equal(await hashOf(), current)

  const key = createHmac('sha384', app.config.passwordPepper).update(password).digest('base64')
  await app.models.User.updateOne({ _id: user.id }, { $set: { passwordHash: hash({ key, cost: 4 }) } })
  expectProblem(t, await post(app, 'login', { email, password: 'wrong password' }), 'INVALID_CREDENTIALS')
  t.match(await hashOf(), /^\$2b\$04/)
  t.equal((await post(app, 'login', { email, password })).statusCode, 200)
  t.match(await hashOf(), /^\$2b\$05/)
  t.equal((await post(app, 'login', { email, password })).statusCode, 200)
})

t.test('S-047: login never adopts a session, and ends the one that it replaces', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const planted = `quire=${randomBytes(32).toString('base64url')}`
  const { email, password } = ann
  const [fresh, replaced] = [
    await post(app, 'login', { email, password }, { cookie: planted, 'sec-fetch-site': 'same-origin' }),
    await post(app, 'login', { email, password }, bob.headers)
  ]
  t.not(`quire=${fresh.cookies[0].value}`, planted)
  expectProblem(t, await bob.get('/v1/me'), 'UNAUTHENTICATED')
  t.equal((await app.inject({ url: '/v1/me', cookies: { quire: replaced.cookies[0].value } })).json().id, ann.user.id)
  t.equal((await ann.get('/v1/me')).statusCode, 200, "the account's other devices stay signed in")
})

t.test('S-050: logout ends the session on the server, and clears the cookie as it was set', async (t) => {
  const app = await buildApp(t)
  const ann = await signUp(app)
  const response = await ann.post('/v1/auth/logout')
  t.equal(response.statusCode, 204)
  t.equal(response.body, '')
  t.match(response.headers['set-cookie'], /^quire=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax$/)
  t.equal(response.headers['clear-site-data'], '"cache", "cookies", "storage"')
  t.match(response.headers['cache-control'], /no-store/)
  expectProblem(t, await ann.get('/v1/me'), 'UNAUTHENTICATED')
  t.equal(await app.models.Session.exists({ user: ann.user.id }), null)
})

t.test('S-050: logging out twice, or without a session, is done just as well', async (t) => {
  for (const transport of ['cookie', 'bearer'] as const) {
    const ann = await signUp(app, { transport })
    for (let time = 0; time < 3; time++) t.equal((await ann.post('/v1/auth/logout')).statusCode, 204)
  }
  t.equal((await post(app, 'logout')).statusCode, 204)
  t.equal((await post(app, 'logout', undefined, { authorization: 'Bearer x' })).statusCode, 204)
})

t.test('a bearer client that logs out leaves the cookie alone', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app, { transport: 'bearer' })]
  const response = await ann.post('/v1/auth/logout', undefined, { headers: { authorization: `Bearer ${bob.token}` } })
  t.strictSame([response.headers['set-cookie'], response.headers['clear-site-data']], [undefined, undefined])
  t.equal((await ann.get('/v1/me')).statusCode, 200)
  expectProblem(t, await bob.get('/v1/me'), 'UNAUTHENTICATED')
})

t.test('S-067: signing in and out is done by POST alone', async (t) => {
  const ann = await signUp(app)
  for (const url of ['/v1/auth/logout', '/v1/auth/login', '/v1/auth/signup']) {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'] as const) {
      t.equal((await app.inject({ method, url, headers: ann.headers })).statusCode, 405, `${method} ${url}`)
    }
  }
  t.equal((await ann.get('/v1/me')).statusCode, 200)
})

t.test('S-048, S-054: tokens and rows tell nothing that would let anybody in', async (t) => {
  const app = await buildApp(t)
  const ann = await signUp(app, { transport: 'bearer' })
  const claims = JSON.parse(Buffer.from(String(ann.token).split('.')[1], 'base64url').toString())
  t.strictSame(Object.keys(claims).sort(), ['exp', 'iat', 'sid', 'sub', 'typ'])
  t.equal(Buffer.from(claims.sid, 'base64url').length, 32)
  const rows = JSON.stringify([await app.models.User.find().lean(), await app.models.Session.find().lean()])
  for (const secret of [ann.password, ann.token, claims.sid]) t.notOk(rows.includes(secret))
  for (const answer of [await ann.get('/v1/me'), await post(app, 'login', { email: ann.email, password: ann.password })]) {
    t.notMatch(answer.body, /hash|key|disabled|\$2[aby]\$/i)
  }
})

t.test('S-048: secrets of sessions share nothing', async (t) => {
  const { user } = await signUp(app)
  const secrets = await Promise.all(Array.from({ length: 200 }, () => app.stores.sessions.start(user.id)))
  t.equal(new Set(secrets).size, 200)
  t.ok(new Set(secrets.map((secret) => secret[0])).size > 30)
})
