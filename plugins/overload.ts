import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

/** Refuses work while the event loop is late, at once and without doing any: so that it can catch up. */
export default fp(async function overload (app) {
  await app.register(underPressure, {
    maxEventLoopDelay: app.config.limits.eventLoopDelayMs,
    pressureHandler: async ({ routeOptions }) => {
      if (!routeOptions.config.offline) throw problem('OVERLOADED', { headers: { 'retry-after': '2' } })
    }
  })
}, { name: 'overload', dependencies: ['config'] })
