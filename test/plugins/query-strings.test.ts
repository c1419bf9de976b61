import t from 'tap'
import Type from 'typebox'
import { buildApp, expectProblem } from '../helper.js'

const app = await buildApp(t, {}, async (app) => {
  const config = { public: true, offline: true }
  const querystring = Type.Object({
    limit: Type.Optional(Type.Integer({ minimum: -5, maximum: 100, default: 50 })),
    purge: Type.Optional(Type.Boolean()),
    name: Type.Optional(Type.String())
  }, { additionalProperties: false })
  app.get('/query', { config, schema: { querystring } }, async ({ query }) => query)
  app.get('/none', { config }, async () => 'nothing')
})

t.test('text becomes what the schema wants', async (t) => {
  t.same((await app.inject('/query?limit=7&purge=true&name=7')).json(), { limit: 7, purge: true, name: '7' })
  t.same((await app.inject('/query?limit=-5&purge=false')).json(), { limit: -5, purge: false })
  t.same((await app.inject('/query')).json(), { limit: 50 })
})

for (const query of ['limit=0x10', 'limit=1e1', 'limit=1.0', 'limit=', 'limit=+1', 'limit=%201', 'limit=007', 'limit=101', 'limit=NaN', 'purge=1', 'purge=yes', 'purge=', 'purge=TRUE']) {
  t.test(`?${query} is not what the schema wants`, async (t) => {
    expectProblem(t, await app.inject(`/query?${query}`), 'VALIDATION_FAILED')
  })
}

for (const query of ['limit=1&limit=2', 'name=a&name=b', 'purge=true&purge=true']) {
  t.test(`S-008 ?${query} is ambiguous`, async (t) => {
    expectProblem(t, await app.inject(`/query?${query}`), 'VALIDATION_FAILED')
  })
}

for (const query of ['unknown=1', 'name[]=a', '__proto__=1', 'constructor=1', 'LIMIT=1']) {
  t.test(`?${query} is unknown`, async (t) => {
    expectProblem(t, await app.inject(`/query?${query}`), 'VALIDATION_FAILED')
  })
}

t.test('a route without parameters takes none', async (t) => {
  t.equal((await app.inject('/none')).statusCode, 200)
  expectProblem(t, await app.inject('/none?a=1'), 'VALIDATION_FAILED')
})
