import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { startProxy } from '../database-proxy.js'
import { buildApp, expectProblem, signUp, temporaryDatabase } from '../helper.js'

const impatient = { QUIRE_DATABASE_SELECTION_MS: '300', QUIRE_DATABASE_SOCKET_MS: '500' }

async function buildBehindProxy (t: Test, variables = {}) {
  const proxy = await startProxy(t, await temporaryDatabase(t))
  const app = await buildApp(t, { MONGODB_URI: proxy.uri, ...impatient, ...variables }, async (app) => {
    app.get('/find', { config: { public: true } }, async () => await app.mongoose.db!.collection('any').findOne())
  })
  return { app, proxy }
}

/** Asks as a load balancer does. */
async function ready (app: FastifyInstance): Promise<void> {
  while ((await app.inject('/readyz')).statusCode !== 200) await delay(20)
}

t.test('without MONGODB_URI the app brings its own engine', async (t) => {
  const app = await buildApp(t, { MONGODB_URI: '' })
  const ann = await signUp(app)
  const note = await ann.create({ title: 'kept' })
  t.match((await ann.get(`/v1/notes/${note.id}`)).json(), { title: 'kept' })
})

t.test('the indexes of every model are there before the app is ready', async (t) => {
  const app = await buildApp(t)
  for (const model of Object.values(app.models)) {
    t.same((await model.diffIndexes()).toCreate, [], model.modelName)
  }
})

t.test('F-10 a database that is down when the app starts is waited for', async (t) => {
  const proxy = await startProxy(t, await temporaryDatabase(t))
  await proxy.refuse()
  const app = await buildApp(t, { MONGODB_URI: proxy.uri, ...impatient })
  const refused = await app.inject('/readyz')
  expectProblem(t, refused, 'DATABASE_UNAVAILABLE')
  t.match(refused.headers['retry-after'], /^\d+$/)
  t.equal((await app.inject('/livez')).statusCode, 200)
  t.equal((await app.inject('/openapi.json')).statusCode, 200)
  expectProblem(t, await app.inject('/nope'), 'NOT_FOUND')
  expectProblem(t, await app.inject('/v1/me'), 'DATABASE_UNAVAILABLE')

  await proxy.accept()
  await ready(app)
  await signUp(app)
})

t.test('F-10 an app whose database never comes can be closed', async (t) => {
  await buildApp(t, { MONGODB_URI: 'mongodb://127.0.0.1:1/quire', ...impatient })
})

t.test('F-09 requests while the database is away are 503 within three seconds, and served again when it is back', async (t) => {
  const { app, proxy } = await buildBehindProxy(t)
  const ann = await signUp(app)
  await proxy.refuse()
  const started = performance.now()
  const answers = await Promise.all([ann.get('/v1/notes'), ann.post('/v1/notes', {}), app.inject('/readyz')])
  for (const answer of answers) expectProblem(t, answer, 'DATABASE_UNAVAILABLE')
  t.ok(performance.now() - started < 3000)
  t.equal((await app.inject('/livez')).statusCode, 200)

  await proxy.accept()
  await ready(app)
  t.equal((await ann.get('/v1/notes')).statusCode, 200)
})

t.test('F-12 requests to a database that has gone silent end', async (t) => {
  const { app, proxy } = await buildBehindProxy(t)
  proxy.stall()
  expectProblem(t, await app.inject('/find'), 'DATABASE_UNAVAILABLE')
})

t.test('F-15 requests that wait too long for one of few connections are 503', async (t) => {
  const { app, proxy } = await buildBehindProxy(t, { QUIRE_DATABASE_CONNECTIONS: '1', QUIRE_DATABASE_QUEUE_MS: '200' })
  await ready(app)
  proxy.stall()
  const answers = await Promise.all([app.inject('/find'), app.inject('/find')])
  const overloaded = answers.find((answer) => answer.json().code === 'OVERLOADED')
  expectProblem(t, overloaded ?? answers[0], 'OVERLOADED')
  for (const answer of answers) t.match(answer, { statusCode: 503, headers: { 'retry-after': /^\d+$/ } })
})

t.test('a connection string that can never work stops the start', async (t) => {
  await t.rejects(buildApp(t, { MONGODB_URI: 'mongodb://localhost/?noSuchOption=1' }), { name: 'MongoParseError' })
})
