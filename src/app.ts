import { join } from 'node:path'
import autoload from '@fastify/autoload'
import fp from 'fastify-plugin'
import type { Config } from './config.js'

export interface AppOptions { config: Config }

/**
 * The application: what the server can do, then what it answers. Plugins are ordered by their declared
 * dependencies; a folder inside plugins/ holds the parts of the plugin of that name.
 */
export default fp(async function app (app, options: AppOptions) {
  await app.register(autoload, { dir: join(import.meta.dirname, '../plugins'), maxDepth: 0, options })
  await app.register(autoload, { dir: join(import.meta.dirname, 'routes'), options })
}, { name: 'app' })
