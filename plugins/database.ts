import { join } from 'node:path'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import mongoose from 'mongoose'
import { startEngine, type Engine, type LogEntry } from '../engine/index.js'
import { problem } from '../src/errors.js'
import { connectionOptions } from './database/connection-options.js'
import { Opening } from './database/opening.js'

declare module 'fastify' {
  interface FastifyInstance { mongoose: mongoose.Connection }
  interface FastifyContextConfig {
    /** Answers without the database, too. */
    offline?: boolean
  }
}

/**
 * The connection to MongoDB, or to the embedded engine where no deployment is named: no other file knows which.
 * The app waits for the first attempt to open it, and then answers either way: 503 until a later one has
 * succeeded, because a server that is up and says so is easier to mend than one that keeps dying (F-10).
 */
export default fp(async function database (app) {
  const connection = createConnection(app.log)
  app.decorate('mongoose', connection)
  let engine: Engine | undefined
  let opening: Opening | undefined

  app.addHook('onReady', async () => {
    engine = app.config.mongodbUri ? undefined : await startEmbeddedEngine(app)
    const uri = engine?.uri ?? app.config.mongodbUri ?? ''
    opening = new Opening(connection, uri, connectionOptions(uri, app.config.limits), app.log)
    await opening.firstAttempt
  })
  app.addHook('onRequest', ({ is404, routeOptions }, _reply, done) => {
    const isRefused = !opening?.succeeded && !is404 && !routeOptions.config.offline
    done(isRefused ? problem('DATABASE_UNAVAILABLE', { headers: { 'retry-after': '2' } }) : undefined)
  })
  app.addHook('onClose', async () => {
    await opening?.stop()
    connection.removeAllListeners('disconnected') // it is meant to be, now
    await connection.close()
    await engine?.close()
  })
}, { name: 'database', dependencies: ['config'] })

function createConnection (log: FastifyBaseLogger): mongoose.Connection {
  const connection = mongoose.createConnection()
  connection.set('bufferCommands', false) // a request is not kept waiting for a database that may not come
  connection.set('autoCreate', false)
  connection.set('autoIndex', false) // Opening makes the indexes, and waits for them
  connection.on('disconnected', () => log.warn('the database does not answer'))
  connection.on('reconnected', () => log.info('the database answers again'))
  return connection
}

function startEmbeddedEngine ({ config, log }: FastifyInstance): Promise<Engine> {
  return startEngine({
    dataDirectory: join(config.dataDir, 'engine'),
    log: ({ level, msg, ...members }: LogEntry) => log[level](members, msg)
  })
}
