import t from 'tap'
import { buildApp } from '../helper.js'

const app = await buildApp(t, { CORS_ORIGINS: 'https://app.example.com,http://localhost:5173' })

function preflight (origin: string) {
  return app.inject({ method: 'OPTIONS', url: '/v1/notes', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' } })
}

t.test('a page of a listed origin may ask, with credentials', async (t) => {
  const response = await preflight('https://app.example.com')
  t.equal(response.statusCode, 204)
  t.match(response.headers, {
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, HEAD, OPTIONS, POST',
    'access-control-allow-headers': /content-type/,
    vary: /origin/
  })
})

t.test('a page of a listed origin may read the answer, an error too', async (t) => {
  const response = await app.inject({ url: '/v1/notes', headers: { origin: 'http://localhost:5173' } })
  t.equal(response.statusCode, 401)
  t.match(response.headers, { 'access-control-allow-origin': 'http://localhost:5173', 'access-control-expose-headers': /etag/ })
})

for (const origin of ['https://app.example.com.evil', 'https://evilapp.example.com', 'http://app.example.com', 'https://APP.example.com', 'https://app.example.com:8443', 'null', '*', '']) {
  t.test(`S-068 a page of ${origin || 'an empty origin'} may not`, async (t) => {
    for (const response of [await preflight(origin), await app.inject({ url: '/livez', headers: { origin } })]) {
      t.notMatch(Object.keys(response.headers).join(), /access-control/)
      t.match(response.headers['vary'], /origin/)
    }
  })
}
