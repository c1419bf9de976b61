import fp from 'fastify-plugin'
import { createModels, type Models } from '../src/models/index.js'

declare module 'fastify' {
  interface FastifyInstance { models: Models }
}

/** The Mongoose models, bound to the connection of this app. */
export default fp(async function models (app) {
  app.decorate('models', createModels(app.mongoose))
}, { name: 'models', dependencies: ['database'] })
