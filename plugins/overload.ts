import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

const samplingMs = 250

/**
 * Refuses work while the event loop is late, before doing any of it, so that it can catch up. How late it
 * is, is how late a timer comes; a pause that is over is forgotten at the next one.
 */
export default fp(async function overload (app) {
  const { eventLoopDelayMs } = app.config.limits
  if (eventLoopDelayMs === 0) return
  let lateness = 0
  let due = Infinity
  const timer = setInterval(() => {
    lateness = performance.now() - due
    due = performance.now() + samplingMs
  }, samplingMs).unref()

  app.addHook('onRequest', ({ routeOptions }, _reply, done) => {
    const isRefused = lateness > eventLoopDelayMs && !routeOptions.config.offline
    done(isRefused ? problem('OVERLOADED', { headers: { 'retry-after': '1' } }) : undefined)
  })
  app.addHook('onClose', async () => clearInterval(timer))
}, { name: 'overload', dependencies: ['config'] })
