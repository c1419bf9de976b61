import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

/** What no route answers: an address that knows other methods says which (RFC 9110 §15.5.6), any other is 404. */
export default fp(async function notFound (app) {
  const routes = new Map<string, { pattern: RegExp, methods: Set<string> }>()

  app.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() }
    for (const name of [method].flat()) route.methods.add(name)
    routes.set(url, route)
  })

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/\?.*/s, '')
    const methods = [...routes.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods])
    if (methods.length === 0) throw problem('NOT_FOUND')
    const allow = [...new Set([...methods, 'OPTIONS'])].sort().join(', ')
    if (request.method !== 'OPTIONS') throw problem('METHOD_NOT_ALLOWED', { headers: { allow } })
    return reply.code(204).header('allow', allow).send()
  })
}, { name: 'not-found', dependencies: ['problem-details'] })

/** `/v1/notes/:id` → every path of that shape. */
function patternOf (url: string): RegExp {
  const source = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')
  return new RegExp(`^${source}$`)
}
