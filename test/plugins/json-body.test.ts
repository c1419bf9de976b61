import { gzipSync } from 'node:zlib'
import t from 'tap'
import { buildApp, expectProblem } from '../helper.js'

const app = await buildApp(t, { QUIRE_BODY_BYTES: '2048' }, async (app) => {
  const config = { public: true, offline: true }
  app.post('/echo', { config }, async ({ body = null }) => ({ body }))
  app.patch('/echo', { config: { ...config, mediaTypes: ['application/json', 'application/merge-patch+json'] } }, async ({ body }) => ({ body }))
})

function send (payload: string | Buffer, type?: string, headers: Record<string, string> = {}, method: 'POST' | 'PATCH' = 'POST') {
  return app.inject({ method, url: '/echo', payload, headers: { ...type !== undefined && { 'content-type': type }, ...headers } })
}

for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
  t.test(`S-011 ${type} is read`, async (t) => {
    t.same((await send('{"a":1}', type)).json(), { body: { a: 1 } })
  })
}

const otherTypes = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/json;', 'application/json\ta', 'application/json, application/json', 'application/jsonx', 'application/merge-patch+json', 'application/json; charset=utf-8; x=y', 'garbage', '']
for (const type of otherTypes) {
  t.test(`S-012 ${JSON.stringify(type)} is not read`, async (t) => {
    const response = await send('{"a":1}', type)
    expectProblem(t, response, 'UNSUPPORTED_MEDIA_TYPE')
  })
}

t.test('a body without a type is not read', async (t) => {
  const response = await send('{"a":1}')
  expectProblem(t, response, 'UNSUPPORTED_MEDIA_TYPE')
  t.equal(response.headers['accept'], 'application/json')
})

t.test('a route can take merge patches, and says so', async (t) => {
  t.same((await send('{"a":1}', 'application/merge-patch+json', {}, 'PATCH')).json(), { body: { a: 1 } })
  const response = await send('[]', 'application/json-patch+json', {}, 'PATCH')
  expectProblem(t, response, 'UNSUPPORTED_MEDIA_TYPE')
  t.equal(response.headers['accept-patch'], 'application/json, application/merge-patch+json')
})

t.test('S-018 an encoded body is refused, not decoded', async (t) => {
  const response = await send(gzipSync('{"a":1}'), 'application/json', { 'content-encoding': 'gzip' })
  expectProblem(t, response, 'UNSUPPORTED_MEDIA_TYPE')
  t.equal(response.headers['accept-encoding'], 'identity')
})

t.test('a body that cannot be kept exactly is refused with a pointer', async (t) => {
  const response = await send('{"a":[1e400]}', 'application/json')
  expectProblem(t, response, 'MALFORMED_JSON')
  t.match(response.json().errors, [{ pointer: '/a/0', code: 'NUMBER_OUT_OF_RANGE' }])
})

t.test('no body is no value, whatever its type', async (t) => {
  t.same((await send('', 'application/json')).json(), { body: null })
  t.same((await send('')).json(), { body: null })
})

t.test('a body is as large as the limit, and not larger', async (t) => {
  t.equal((await send(JSON.stringify('x'.repeat(2046)), 'application/json')).statusCode, 200)
  expectProblem(t, await send(JSON.stringify('x'.repeat(2047)), 'application/json'), 'BODY_TOO_LARGE')
})

t.test('a body at an address where nothing is does not matter', async (t) => {
  expectProblem(t, await app.inject({ method: 'POST', url: '/nope', payload: '{', headers: { 'content-type': 'application/json' } }), 'NOT_FOUND')
  expectProblem(t, await app.inject({ method: 'POST', url: '/nope', payload: 'x', headers: { 'content-type': 'text/plain' } }), 'NOT_FOUND')
})
