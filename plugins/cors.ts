import fp from 'fastify-plugin'

const requestHeaders = 'authorization, content-type, idempotency-key, if-match, if-none-match'
const responseHeaders = 'etag, link, location, retry-after'

/** Pages of the origins in CORS_ORIGINS, and no others, may call the API and read its answers (S-068). */
export default fp(async function cors (app) {
  const origins = new Set(app.config.corsOrigins)
  app.addHook('onSend', async ({ headers, method }, reply) => {
    const { origin } = headers
    if (origin === undefined || !origins.has(origin)) return
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': responseHeaders
    })
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return
    reply.headers({
      'access-control-allow-methods': reply.getHeader('allow') ?? '',
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': '600'
    })
  })
}, { name: 'cors', dependencies: ['config'] })
