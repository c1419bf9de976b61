import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

/** Pages of the origins in CORS_ORIGINS, and no others, may call the API and read its answers (S-068). */
export default fp(async function cors (app) {
  const origins = new Set(app.config.corsOrigins)
  app.addHook('onSend', (request, reply, _payload, done) => {
    const { origin } = request.headers
    if (origin !== undefined && origins.has(origin)) reply.headers({ ...allowReading(origin), ...allowAsking(request, reply) })
    done()
  })
}, { name: 'cors', dependencies: ['config'] })

function allowReading (origin: string) {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'etag, link, location, retry-after'
  }
}

/** The answer to a preflight, which plugins/not-found.ts has made: a browser asks before it sends what a form could not. */
function allowAsking ({ headers, method }: FastifyRequest, reply: FastifyReply) {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return {}
  return {
    'access-control-allow-methods': String(reply.getHeader('allow') ?? ''),
    'access-control-allow-headers': 'authorization, content-type, idempotency-key, if-match, if-none-match',
    'access-control-max-age': '600'
  }
}
