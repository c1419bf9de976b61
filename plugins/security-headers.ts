import fp from 'fastify-plugin'
import { securityHeaders } from '../src/security-headers.js'

/**
 * On every answer, errors included (S-069). Nothing may be kept by a cache unless its route says so: most
 * answers are somebody's own (S-070).
 */
export default fp(async function securityHeadersPlugin (app) {
  const headers = Object.entries(securityHeaders(app.config))
  app.addHook('onSend', (_request, reply, _payload, done) => {
    for (const [name, value] of headers) if (!reply.hasHeader(name)) reply.header(name, value)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store')
    done()
  })
}, { name: 'security-headers', dependencies: ['config'] })
