import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Health } from '../../../schemas/health.js'

export default (async function livezRoutes (app) {
  app.get('', {
    config: { public: true, offline: true },
    schema: {
      tags: ['Operations'],
      summary: 'Whether the process answers at all; if not, restart it',
      operationId: 'livez',
      response: { 200: Health }
    }
  }, async () => ({ status: 'ok' as const }))
}) satisfies FastifyPluginAsyncTypebox
