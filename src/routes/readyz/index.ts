import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Health } from '../../../schemas/health.js'
import { problem } from '../../errors.js'

/** A load balancer asks often and should learn soon. */
const pingTimeoutMs = 1000

export default (async function readyzRoutes (app) {
  app.get('', {
    config: { public: true },
    schema: {
      tags: ['Operations'],
      summary: 'Whether requests should be sent here: the database answers and the server is not stopping',
      operationId: 'readyz',
      problems: ['SHUTTING_DOWN'],
      response: { 200: Health }
    }
  }, async () => {
    if (app.connections.draining) throw problem('SHUTTING_DOWN')
    await app.mongoose.db!.command({ ping: 1 }, { timeoutMS: pingTimeoutMs })
    return { status: 'ok' as const }
  })
}) satisfies FastifyPluginAsyncTypebox
