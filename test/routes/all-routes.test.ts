import type { RouteOptions } from 'fastify'
import t from 'tap'
import { catalogue } from '../../src/errors.js'
import { buildServer, expectProblem } from '../helper.js'

const routes: RouteOptions[] = []
const app = await buildServer(t, {}, (route) => routes.push(route))
await app.ready()

const methodsOf = ({ method }: RouteOptions) => [method].flat()
const someUrl = ({ url }: RouteOptions) => url.replaceAll(/:\w+/g, '019ab3c8-6f6e-7c41-9d0a-5b8f0c1d2e3f').replace('*', 'x')
const documented = routes.filter(({ schema, method }) => !schema?.hide && method !== 'HEAD')

t.test('routes are private unless they say otherwise', async (t) => {
  const publicRoutes = routes.filter(({ config }) => config?.public).map(({ url }) => url)
  t.same([...new Set(publicRoutes)].filter((url) => !url.startsWith('/docs')).sort(), [
    '/livez', '/openapi.json', '/readyz', '/v1/auth/login', '/v1/auth/logout', '/v1/auth/signup'
  ])
})

for (const route of routes.filter(({ config }) => !config?.public)) {
  for (const method of methodsOf(route)) {
    t.test(`${method} ${route.url} is only for people who are signed in`, async (t) => {
      const response = await app.inject({ method: method as 'GET', url: someUrl(route) })
      t.equal(response.statusCode, 401)
      if (method !== 'HEAD') expectProblem(t, response, 'UNAUTHENTICATED')
    })
  }
}

for (const { method, url, schema = {} } of documented) {
  t.test(`${String(method)} ${url} has a contract`, async (t) => {
    t.match(schema, { tags: [String], summary: /^[A-Z]/, operationId: /^[a-z]+[A-Za-z]*$/, response: Object })
    t.equal((schema.querystring as { additionalProperties?: boolean }).additionalProperties, false, 'knows its parameters')
    for (const code of schema.problems ?? []) t.ok(code in catalogue, code)
  })
}

t.test('every route is described, with every status that it can answer', async (t) => {
  const { openapi, paths, components } = (await app.inject('/openapi.json')).json()
  t.match(openapi, /^3\.1/)
  for (const { method, url, config, schema } of documented) {
    const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')][String(method).toLowerCase()]
    const statuses = [
      ...Object.keys(schema!.response as object), ...schema!.problems?.map((code) => String(catalogue[code].status)) ?? [],
      '400', '429', '500', '503', 'default', ...config?.public ? [] : ['401'], ...schema!.body ? ['413', '415', '422'] : []
    ]
    t.same(Object.keys(operation.responses).sort(), [...new Set(statuses), ...method === 'GET' ? [] : ['403']].sort(), `${String(method)} ${url}`)
    t.same(operation.security, config?.public ? [] : [{ cookie: [] }, { bearer: [] }])
  }
  const named = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`)
  for (const [, reference] of JSON.stringify({ paths, components }).matchAll(/"\$ref":"([^"]+)"/g)) t.ok(named.includes(reference!), reference)
})

t.test('operations have names of their own', async (t) => {
  const names = documented.map(({ schema }) => schema?.operationId)
  t.same(names, [...new Set(names)])
})
