import t from 'tap'
import { buildApp, expectProblem } from '../helper.js'

const app = await buildApp(t)

for (const url of ['/', '/nope', '/v1', '/v1/notes/1/2/3', '/V1/notes', '//v1/notes', '/v1/notes;x', '/v1//notes', '/v1/me/x.css', '/v1/me%2fx.js', '/v1/notes%00', '/livez.json']) {
  t.test(`S-007 there is nothing at ${url}`, async (t) => {
    expectProblem(t, await app.inject(url), 'NOT_FOUND')
  })
}

t.test('S-006 an address says which methods it knows', async (t) => {
  const response = await app.inject({ method: 'DELETE', url: '/v1/notes?limit=1' })
  expectProblem(t, response, 'METHOD_NOT_ALLOWED')
  t.equal(response.headers['allow'], 'GET, HEAD, OPTIONS, POST')
  const note = await app.inject({ method: 'POST', url: '/v1/notes/019ab3c8-6f6e-7c41-9d0a-5b8f0c1d2e3f' })
  t.equal(note.headers['allow'], 'DELETE, GET, HEAD, OPTIONS, PATCH, PUT')
})

for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'MKCOL']) {
  t.test(`S-006 ${method} is known nowhere`, async (t) => {
    expectProblem(t, await app.inject({ method: method as 'TRACE', url: '/v1/notes' }), 'METHOD_NOT_ALLOWED')
    expectProblem(t, await app.inject({ method: method as 'TRACE', url: '/nope' }), 'NOT_FOUND')
  })
}

t.test('S-006 no header makes another method of the one that is used', async (t) => {
  const response = await app.inject({ method: 'POST', url: '/v1/me?_method=GET', headers: { 'x-http-method-override': 'GET' } })
  expectProblem(t, response, 'METHOD_NOT_ALLOWED')
})

t.test('OPTIONS asks for the methods of an address', async (t) => {
  const response = await app.inject({ method: 'OPTIONS', url: '/v1/auth/login' })
  t.equal(response.statusCode, 204)
  t.equal(response.headers['allow'], 'OPTIONS, POST')
  expectProblem(t, await app.inject({ method: 'OPTIONS', url: '/nope' }), 'NOT_FOUND')
})

t.test('HEAD is GET without a body', async (t) => {
  const response = await app.inject({ method: 'HEAD', url: '/livez' })
  t.equal(response.statusCode, 200)
  t.equal(response.body, '')
})
