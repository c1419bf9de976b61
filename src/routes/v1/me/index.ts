import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { User } from '../../../../schemas/user.js'
import { problem } from '../../../errors.js'

export default (async function meRoutes (app) {
  app.get('', {
    schema: {
      tags: ['Account'],
      summary: 'Who is signed in',
      operationId: 'getMe',
      response: { 200: User }
    }
  }, async (request) => {
    const user = await app.stores.users.find(request.user.id)
    if (!user) throw problem('UNAUTHENTICATED')
    return user
  })
}) satisfies FastifyPluginAsyncTypebox
