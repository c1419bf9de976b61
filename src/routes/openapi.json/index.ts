import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'

export default (async function openapiRoutes (app) {
  app.get('', {
    config: { public: true, offline: true },
    schema: {
      tags: ['Operations'],
      summary: 'This description of the API (OpenAPI 3.1)',
      operationId: 'openapi',
      response: { 200: Type.Object({}, { additionalProperties: true }) }
    }
  }, async (_request, reply) => {
    reply.header('cache-control', 'no-cache')
    return app.swagger()
  })
}) satisfies FastifyPluginAsyncTypebox
