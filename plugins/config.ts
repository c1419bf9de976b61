import fp from 'fastify-plugin'
import type { AppOptions } from '../src/app.js'
import type { Config } from '../src/config.js'

declare module 'fastify' {
  interface FastifyInstance { config: Config }
}

/** The parsed configuration, for every plugin and route that declares `config`. */
export default fp(async function config (app, options: AppOptions) {
  app.decorate('config', options.config)
}, { name: 'config' })
