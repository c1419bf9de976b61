import mongoose from 'mongoose'
import t from 'tap'
import Type from 'typebox'
import { problem } from '../../src/errors.js'
import { buildApp, expectProblem } from '../helper.js'

const { MongoNetworkError, MongoNotConnectedError, MongoServerError } = mongoose.mongo

const thrown = new Map<string, unknown>()
const app = await buildApp(t, {}, async (app) => {
  const config = { public: true, offline: true }
  app.get('/throw/:key', { config }, async ({ params }) => { throw thrown.get((params as { key: string }).key) })
  const body = Type.Object({ email: Type.String(), tags: Type.Optional(Type.Array(Type.String({ minLength: 2 }))) }, { additionalProperties: false })
  app.post('/validate', { config, schema: { body } }, async () => 'valid')
})

/** The answer of a route that throws `error`. */
async function answerTo (error: unknown) {
  const key = String(thrown.size)
  thrown.set(key, error)
  return await app.inject(`/throw/${key}`)
}

t.test('a problem is answered with its headers and its members', async (t) => {
  const response = await answerTo(problem('PRECONDITION_FAILED', { detail: 'Not this one.', headers: { etag: '"1-a"' }, members: { current: { id: 1 } }, errors: [{ pointer: '/a', detail: 'No.', code: 'NO' }] }))
  expectProblem(t, response, 'PRECONDITION_FAILED')
  t.equal(response.headers['etag'], '"1-a"')
  t.match(response.json(), { type: '/docs/errors#precondition-failed', detail: 'Not this one.', message: 'Not this one.', current: { id: 1 }, errors: [{ pointer: '/a', detail: 'No.', code: 'NO' }] })
})

for (const error of [new Error('a secret'), new TypeError('a secret'), 'a secret', undefined, null, { a: 'secret' }, new MongoServerError({ code: 11000, message: 'a secret' })]) {
  t.test(`S-114 what nobody expected is 500, and keeps to itself what it is: ${String(error)}`, async (t) => {
    const response = await answerTo(error)
    expectProblem(t, response, 'INTERNAL')
    t.notMatch(response.body, /secret|Error:|\.[jt]s/)
  })
}

const transient: [string, Error][] = [
  ['a lost connection', new MongoNetworkError('connection 1 to 10.0.0.1 closed')],
  ['a socket that broke under a write', Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })],
  ['no connection', new MongoNotConnectedError('client must be connected')],
  ['a query that took too long', new MongoServerError({ code: 50, message: 'operation exceeded time limit' })],
  ['a primary that stepped down', new MongoServerError({ code: 10107, message: 'not primary' })],
  ['a write that may be tried again', new MongoServerError({ code: 8, message: 'unknown', errorLabels: ['RetryableWriteError'] })]
]
for (const [title, error] of transient) {
  t.test(`a database that does not answer is 503, and says when to come back: ${title}`, async (t) => {
    const response = await answerTo(error)
    expectProblem(t, response, 'DATABASE_UNAVAILABLE')
    t.match(response.headers['retry-after'], /^\d+$/)
    t.notMatch(response.body, '10.0.0.1')
  })
}

t.test('what a schema refuses is named with a pointer', async (t) => {
  const cases: [unknown, object][] = [
    [{}, { pointer: '/email', code: 'REQUIRED', detail: 'body/email is required.' }],
    [{ email: 5 }, { pointer: '/email', code: 'TYPE' }],
    [{ email: ['x'] }, { pointer: '/email', code: 'TYPE' }],
    [{ email: null }, { pointer: '/email', code: 'TYPE' }],
    [{ email: 'x', 'a/b': 1 }, { pointer: '/a~1b', code: 'ADDITIONAL_PROPERTIES' }],
    [{ email: 'x', tags: ['ok', 'k'] }, { pointer: '/tags/1', code: 'MIN_LENGTH' }]
  ]
  for (const [payload, item] of cases) {
    const response = await app.inject({ method: 'POST', url: '/validate', payload: payload as object })
    expectProblem(t, response, 'VALIDATION_FAILED')
    t.match(response.json().errors, [item])
  }
})

t.test('a handler that takes too long is 503', async (t) => {
  const app = await buildApp(t, { QUIRE_HANDLER_TIMEOUT_MS: '100' }, async (app) => {
    app.get('/slow', { config: { public: true, offline: true } }, async ({ signal }) => await new Promise((resolve) => signal.addEventListener('abort', resolve)))
  })
  const response = await app.inject('/slow')
  expectProblem(t, response, 'OVERLOADED')
  t.match(response.headers['retry-after'], /^\d+$/)
})
