import type { AddressInfo } from 'node:net'
import t from 'tap'
import { buildApp, expectProblem, signUp } from '../helper.js'
import { rawRequest } from './raw-request.js'

const own = 'http://localhost:3000'
const friend = 'https://app.example.com'
const variables = { PUBLIC_URL: own, CORS_ORIGINS: friend }
const app = await buildApp(t, variables)

type Headers = Record<string, string>

const allowed: Headers[] = [
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'same-origin', origin: own },
  // A proxy may show pages under another origin than the server knows of: the browser knows best.
  { 'sec-fetch-site': 'same-origin', origin: 'https://elsewhere.example' },
  { origin: own },
  { origin: friend },
  { 'sec-fetch-site': 'cross-site', origin: friend }
]

const refused: Headers[] = [
  {},
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': '' },
  { 'sec-fetch-site': 'Same-Origin' },
  { 'sec-fetch-site': 'cross-site', origin: own },
  { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  { origin: '' },
  { origin: 'null' },
  { origin: 'https://evil.example' },
  { origin: 'https://localhost:3000' },
  { origin: 'http://localhost:3001' },
  { origin: 'http://localhost' },
  { origin: 'http://localhost:3000.evil.example' },
  { origin: 'http://sub.localhost:3000' },
  { origin: 'http://user@localhost:3000' },
  { origin: 'http://app.example.com' },
  { origin: 'https://app.example.com.evil.example' },
  { origin: 'https://evilapp.example.com' },
  { referer: `${own}/` }
]

t.test('S-065: an unsafe request that a cookie signs in comes from this site or does nothing', async (t) => {
  const { cookie = '' } = await signUp(app)
  const post = (headers: Headers) => app.inject({ method: 'POST', url: '/v1/notes', payload: {}, headers: { cookie, ...headers } })
  for (const headers of allowed) t.equal((await post(headers)).statusCode, 201, JSON.stringify(headers))
  for (const headers of refused) expectProblem(t, await post(headers), 'CROSS_SITE')
  const { items } = (await app.inject({ url: '/v1/notes', headers: { cookie } })).json()
  t.equal(items.length, allowed.length)
})

t.test('S-066: pages of other sites cannot sign anybody up or in', async (t) => {
  const { email, password } = await signUp(app)
  for (const headers of refused.slice(1, -1)) {
    for (const url of ['/v1/auth/login', '/v1/auth/signup', '/v1/auth/logout']) {
      const response = await app.inject({ method: 'POST', url, payload: { email, password }, headers })
      expectProblem(t, response, 'CROSS_SITE')
      t.strictSame(response.cookies, [])
    }
  }
  for (const headers of allowed) {
    t.equal((await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password }, headers })).statusCode, 200)
  }
})

t.test('S-066: pages of other sites cannot sign anybody out', async (t) => {
  const ann = await signUp(app)
  for (const headers of refused) {
    expectProblem(t, await app.inject({ method: 'POST', url: '/v1/auth/logout', headers: { cookie: ann.cookie, ...headers } }), 'CROSS_SITE')
  }
  t.equal((await ann.get('/v1/me')).statusCode, 200)
})

t.test('S-060: a worthless Authorization header does not let another site act by the cookie', async (t) => {
  const { cookie, email, password } = await signUp(app)
  const headers = { cookie, authorization: 'Bearer x', origin: 'https://evil.example' }
  expectProblem(t, await app.inject({ method: 'POST', url: '/v1/notes', payload: {}, headers }), 'UNAUTHENTICATED')
  expectProblem(t, await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password }, headers }), 'CROSS_SITE')
  expectProblem(t, await app.inject({ method: 'POST', url: '/v1/auth/logout', headers }), 'CROSS_SITE')
})

t.test('a client without cookies signs up, logs in and logs out without telling where it is from', async (t) => {
  const payload = { email: 'newcomer@example.com', password: 'correct horse' }
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/signup', payload })).statusCode, 201)
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/login', payload })).statusCode, 200)
  t.equal((await app.inject({ method: 'POST', url: '/v1/auth/logout' })).statusCode, 204)
})

t.test('S-065: bearer requests are exempt, logout included', async (t) => {
  for (const headers of refused) {
    const ann = await signUp(app, { transport: 'bearer' })
    t.equal((await ann.post('/v1/notes', {}, { headers })).statusCode, 201)
    t.equal((await ann.post('/v1/auth/logout', undefined, { headers })).statusCode, 204)
  }
})

t.test('S-067: reading is open to every page, for what it is worth without CORS', async (t) => {
  const ann = await signUp(app)
  t.equal((await ann.get('/v1/me', { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } })).statusCode, 200)
})

t.test('an unknown address is 404 before anything else', async (t) => {
  const ann = await signUp(app)
  expectProblem(t, await ann.post('/v1/nothing', {}, { headers: { 'sec-fetch-site': 'cross-site' } }), 'NOT_FOUND')
})

t.test('without a PUBLIC_URL every name of this machine will do, on the port that is listened on', async (t) => {
  const app = await buildApp(t, { PORT: '0' })
  await app.listen({ port: 0 })
  const { port } = app.server.address() as AddressInfo
  const logout = (origin: string) => logOut(port, ['Origin', origin])
  for (const host of ['localhost', '127.0.0.1', '[::1]']) t.equal(await logout(`http://${host}:${port}`), 204)
  for (const origin of [`http://localhost:${port + 1}`, 'http://localhost', `https://localhost:${port}`, `http://evil.example:${port}`, `http://127.0.0.1.evil.example:${port}`]) {
    t.equal(await logout(origin), 403, origin)
  }
})

t.test('with a PUBLIC_URL the names of this machine are strangers', async (t) => {
  const app = await buildApp(t, { PUBLIC_URL: 'http://notes.example.org' })
  await app.listen({ port: 0 })
  const { port } = app.server.address() as AddressInfo
  t.equal(await logOut(port, ['Origin', `http://localhost:${port}`]), 403)
})

t.test('S-008: two Origin headers are none of ours', async (t) => {
  const app = await buildApp(t, variables)
  await app.listen({ port: 0 })
  const { port } = app.server.address() as AddressInfo
  t.equal(await logOut(port, ['Origin', own, 'Origin', own]), 403)
  t.equal(await logOut(port, ['Sec-Fetch-Site', 'same-origin', 'Sec-Fetch-Site', 'cross-site']), 403)
})

function logOut (port: number, headers: string[]) {
  return rawRequest(`http://localhost:${port}/v1/auth/logout`, headers, 'POST')
}
