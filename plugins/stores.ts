import fp from 'fastify-plugin'
import { createStores, type Stores } from '../src/stores/index.js'

declare module 'fastify' {
  interface FastifyInstance { stores: Stores }
}

/** The only way to the data for routes and for authentication. */
export default fp(async function stores (app) {
  const { limits, sessionSecrets } = app.config
  app.decorate('stores', createStores(app.models, {
    notes: { cursorSecrets: sessionSecrets, limits },
    sessionLifetimes: { absoluteSeconds: limits.sessionAbsoluteSeconds, idleSeconds: limits.sessionIdleSeconds }
  }))
}, { name: 'stores', dependencies: ['config', 'models'] })
