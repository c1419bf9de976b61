import { randomBytes } from 'node:crypto'
import t from 'tap'
import { buildApp, expectProblem, signUp } from '../helper.js'

const https = {
  PUBLIC_URL: 'https://notes.example.org',
  SESSION_SECRET: randomBytes(32).toString('base64url'),
  PASSWORD_PEPPER: randomBytes(32).toString('base64url')
}

const fromHere = { 'sec-fetch-site': 'same-origin' }

t.test('S-045: the session cookie is for this host, its pages alone, and out of reach of scripts', async (t) => {
  const app = await buildApp(t, { QUIRE_SESSION_ABSOLUTE_SECONDS: '3600' })
  const { email, password } = await signUp(app)
  const { headers } = await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { email, password }, headers: fromHere })
  t.match(headers['set-cookie'], /^quire=[\w.-]{100,1000}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
})

t.test('S-045: with an https PUBLIC_URL the cookie is __Host- and Secure, whatever a proxy says', async (t) => {
  const app = await buildApp(t, https)
  for (const protocol of ['http', 'https']) {
    const email = `${protocol}@example.com`
    const { cookies } = await app.inject({
      method: 'POST', url: '/v1/auth/signup', payload: { email, password: 'correct horse' }, headers: { ...fromHere, 'x-forwarded-proto': protocol }
    })
    t.match(cookies, [{ name: '__Host-quire', secure: true, httpOnly: true, sameSite: 'Lax', path: '/', domain: undefined }])
  }
})

t.test('S-045: X-Forwarded-Proto does not make a cookie Secure', async (t) => {
  const app = await buildApp(t)
  const { cookies } = await app.inject({
    method: 'POST', url: '/v1/auth/signup', payload: { email: 'ann@example.com', password: 'correct horse' }, headers: { ...fromHere, 'x-forwarded-proto': 'https' }
  })
  t.match(cookies, [{ name: 'quire', secure: undefined }])
})

t.test('S-046: only the cookie of the exact name is read', async (t) => {
  const app = await buildApp(t, https)
  const [ann, bob] = [await signUp(app), await signUp(app)]
  const [annsToken, bobsToken] = [ann, bob].map(({ cookie = '' }) => cookie.split('=')[1])
  const get = (cookie: string) => app.inject({ url: '/v1/me', headers: { cookie } })
  t.equal((await get(`quire=${bobsToken}; __Host-quire=${annsToken}`)).json().id, ann.user.id)
  for (const name of ['quire', '__host-quire', '__Secure-quire', 'x__Host-quire', '__Host-quire-2']) {
    expectProblem(t, await get(`${name}=${annsToken}`), 'UNAUTHENTICATED')
  }
})

t.test('a malformed Cookie header is nobody', async (t) => {
  const app = await buildApp(t)
  for (const cookie of ['', ';', '=', 'quire', 'quire=', '=;quire==', 'quire=%E0%A4%A']) {
    expectProblem(t, await app.inject({ url: '/v1/me', headers: { cookie } }), 'UNAUTHENTICATED')
  }
})
