import t from 'tap'
import { buildApp, signUp } from '../helper.js'

const app = await buildApp(t, { PUBLIC_URL: 'https://quire.example' })

const headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': /^max-age=\d{8}/,
  vary: /authorization, cookie, origin/
}

for (const [title, request] of Object.entries({
  'a public answer': { url: '/livez' },
  'a refusal to strangers': { url: '/v1/notes' },
  'an unknown address': { url: '/nope' },
  'a wrong method': { method: 'DELETE', url: '/v1/notes' },
  'a wrong body': { method: 'POST', url: '/v1/auth/login', payload: 'x', headers: { 'content-type': 'text/plain' } },
  'a broken URL': { url: '/v1/notes/%zz' }
} as const)) {
  t.test(`S-069 ${title} carries the security headers`, async (t) => {
    t.match((await app.inject(request)).headers, headers)
  })
}

t.test('S-070 what somebody signed in gets is kept by no cache', async (t) => {
  const ann = await signUp(app, { transport: 'bearer' })
  t.equal((await ann.get('/v1/me')).headers['cache-control'], 'private, no-store')
  t.equal((await ann.get('/v1/notes')).headers['cache-control'], 'private, no-store')
})

t.test('a browser is told to use https only where the origin is https', async (t) => {
  const plain = await buildApp(t)
  t.notOk('strict-transport-security' in (await plain.inject('/livez')).headers)
})
