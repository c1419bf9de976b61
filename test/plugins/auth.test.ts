import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { buildApp, type Client, expectProblem, signUp, temporaryDatabase } from '../helper.js'
import { forgeries, parseToken, secret, signToken } from './forgeries.js'
import { rawRequest } from './raw-request.js'

const app = await buildApp(t)
const origin = await app.listen({ port: 0 })

t.test('S-043: the one credential of a request says who sends it', async (t) => {
  for (const transport of ['cookie', 'bearer'] as const) {
    const ann = await signUp(app, { transport })
    t.match((await ann.get('/v1/me')).json(), { id: ann.user.id, email: ann.email })
  }
  expectProblem(t, await app.inject('/v1/me'), 'UNAUTHENTICATED')
})

t.test('S-055, S-056, S-058: every forged or malformed token is the same 401, in the header and in the cookie', async (t) => {
  const app = await buildApp(t, { SESSION_SECRET: secret })
  const other = await signUp(app, { transport: 'bearer' })
  for (const transport of ['cookie', 'bearer'] as const) {
    const genuine = parseToken(tokenOf(await signUp(app, { transport })))
    t.equal((await present(app, transport, signToken(genuine.header, genuine.claims))).statusCode, 200, 'the forger knows the trade')
    for (const [title, token] of Object.entries(forgeries(genuine, parseToken(tokenOf(other)).claims))) {
      const response = await present(app, transport, token)
      expectProblem(t, response, 'UNAUTHENTICATED')
      t.equal(response.headers['www-authenticate'], 'Bearer')
      t.strictSame({ ...response.json(), requestId: '' }, { ...(await app.inject('/v1/me')).json(), requestId: '' }, `${title} in the ${transport}`)
    }
  }
})

t.test('S-057: a token is good only in the place that it was made for', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app, { transport: 'bearer' })]
  expectProblem(t, await present(app, 'bearer', tokenOf(ann)), 'UNAUTHENTICATED')
  expectProblem(t, await present(app, 'cookie', tokenOf(bob)), 'UNAUTHENTICATED')
})

t.test('S-059: a secret that rotates out of use verifies until it is taken away', async (t) => {
  const [older, newer] = [secret, randomBytes(32).toString('base64url')]
  const [before, during, after] = await deployment(t, [older, `${newer},${older}`, newer])
  const [ann, bob] = [tokenOf(await signUp(before, { transport: 'bearer' })), tokenOf(await signUp(during, { transport: 'bearer' }))]
  t.equal((await present(during, 'bearer', ann)).statusCode, 200)
  t.equal((await present(after, 'bearer', bob)).statusCode, 200)
  expectProblem(t, await present(after, 'bearer', ann), 'UNAUTHENTICATED')
})

t.test('S-060: an Authorization header of any kind is the only credential looked at', async (t) => {
  const [ann, bob] = [await signUp(app), await signUp(app, { transport: 'bearer' })]
  const both = await ann.get('/v1/me', { headers: { authorization: `Bearer ${bob.token}` } })
  t.equal(both.json().id, bob.user.id)
  for (const authorization of ['', 'Bearer', 'Bearer ', 'Basic YTpi', `Basic ${bob.token}`, `Bearer ${bob.token} x`, `Bearer ${bob.token},`, `${bob.token}`]) {
    expectProblem(t, await ann.get('/v1/me', { headers: { authorization } }), 'UNAUTHENTICATED')
  }
})

t.test('S-060: the name of the scheme has no case', async (t) => {
  const { token } = await signUp(app, { transport: 'bearer' })
  t.equal((await app.inject({ url: '/v1/me', headers: { authorization: `bEARER ${token}` } })).statusCode, 200)
})

t.test('S-008: two Authorization headers are nobody', async (t) => {
  const { token } = await signUp(app, { transport: 'bearer' })
  const authorization = ['Authorization', `Bearer ${token}`]
  t.equal(await rawRequest(`${origin}/v1/me`, authorization), 200)
  t.equal(await rawRequest(`${origin}/v1/me`, [...authorization, ...authorization]), 401)
  t.equal(await rawRequest(`${origin}/v1/me`, [...authorization, 'authorization', 'Bearer x']), 401)
})

t.test('S-046: two session cookies are nobody, in one header or in two', async (t) => {
  const { cookie } = await signUp(app) as { cookie: string }
  t.equal(await rawRequest(`${origin}/v1/me`, ['Cookie', `theme=dark; ${cookie}`]), 200)
  t.equal(await rawRequest(`${origin}/v1/me`, ['Cookie', `${cookie}; ${cookie}`]), 401)
  t.equal(await rawRequest(`${origin}/v1/me`, ['Cookie', cookie, 'Cookie', cookie]), 401)
})

t.test('S-061: a token in the query is not looked at', async (t) => {
  const { token } = await signUp(app, { transport: 'bearer' })
  for (const name of ['token', 'access_token', 'authorization', 'quire']) t.equal((await app.inject(`/v1/me?${name}=${token}`)).statusCode, 401)
})

t.test('S-051: a disabled account is signed out everywhere, and cannot come back', async (t) => {
  const ann = await signUp(app)
  await app.models.User.updateOne({ _id: ann.user.id }, { $set: { disabled: true } })
  expectProblem(t, await ann.get('/v1/me'), 'UNAUTHENTICATED')
  expectProblem(t, await ann.post('/v1/auth/login', { email: ann.email, password: ann.password }), 'INVALID_CREDENTIALS')
})

t.test('S-051: a deleted account is signed out everywhere', async (t) => {
  const ann = await signUp(app)
  await app.models.User.deleteOne({ _id: ann.user.id })
  expectProblem(t, await ann.get('/v1/me'), 'UNAUTHENTICATED')
})

t.test('what ends a session on one server ends it on the others within a second', async (t) => {
  const [here, there] = await deployment(t, [secret, secret])
  const ann = await signUp(here, { transport: 'bearer' })
  t.equal((await present(there, 'bearer', tokenOf(ann))).statusCode, 200)
  await ann.post('/v1/auth/logout')
  t.equal((await ann.get('/v1/me')).statusCode, 401)
  const ended = Date.now()
  while ((await present(there, 'bearer', tokenOf(ann))).statusCode === 200) t.ok(Date.now() - ended < 1500)
})

t.test('every route is private unless it is one of these', async (t) => {
  const open = ['POST /v1/auth/signup', 'POST /v1/auth/login', 'POST /v1/auth/logout', 'GET /livez', 'GET /readyz', 'GET /openapi.json']
  const { paths } = (await app.inject('/openapi.json')).json() as { paths: Record<string, Record<string, unknown>> }
  const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
  for (const route of routes.filter((route) => !open.includes(route))) {
    const [method, path] = route.split(' ')
    const url = path.replaceAll(/\{\w+\}/g, '3f0e2b9c-5d1a-4c7e-9b60-2a8d4f6c1e35')
    expectProblem(t, await app.inject({ method: method as 'GET', url }), 'UNAUTHENTICATED')
  }
  t.ok(routes.includes('GET /v1/me') && routes.length > open.length)
})

t.test('an unknown address is 404 for everybody', async (t) => {
  const ann = await signUp(app)
  expectProblem(t, await app.inject('/v1/nothing'), 'NOT_FOUND')
  expectProblem(t, await ann.get('/v1/nothing'), 'NOT_FOUND')
})

/** Servers of one database, each with its own SESSION_SECRET. */
async function deployment (t: Test, secrets: string[]): Promise<FastifyInstance[]> {
  const MONGODB_URI = await temporaryDatabase(t)
  const idle = { QUIRE_SESSION_IDLE_SECONDS: '4' } // remembered for a twentieth of it, to save the tests time
  return await Promise.all(secrets.map((SESSION_SECRET) => buildApp(t, { ...idle, MONGODB_URI, SESSION_SECRET, PASSWORD_PEPPER: secret })))
}

function tokenOf ({ token, cookie }: Client): string {
  return token ?? cookie?.split('=')[1] ?? ''
}

function present (app: FastifyInstance, transport: 'cookie' | 'bearer', token: string) {
  const headers = transport === 'cookie' ? { cookie: `quire=${token}` } : { authorization: `Bearer ${token}` }
  return app.inject({ url: '/v1/me', headers })
}
