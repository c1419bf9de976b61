import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import mongoose, { type Connection, type ConnectOptions } from 'mongoose'

const firstPause = 250
const longestPause = 4000

/**
 * Opens a connection and makes the indexes of its models, as often as it takes: Mongoose tries the first
 * connection only once. After that the driver reconnects by itself.
 */
export class Opening {
  /** Rejects only when no later attempt could do better. */
  readonly firstAttempt: Promise<void>
  #succeeded = false
  readonly #attempt: () => Promise<void>
  readonly #log: FastifyBaseLogger
  readonly #stopping = new AbortController()
  #retries: Promise<void> | undefined

  constructor (connection: Connection, uri: string, options: ConnectOptions, log: FastifyBaseLogger) {
    this.#log = log
    this.#attempt = async () => {
      await connection.openUri(uri, { ...options })
      for (const model of Object.values(connection.models)) await model.createIndexes()
    }
    this.firstAttempt = this.#first()
  }

  get succeeded (): boolean {
    return this.#succeeded
  }

  async stop (): Promise<void> {
    this.#stopping.abort()
    await this.#retries
  }

  async #first (): Promise<void> {
    if (!await this.#try()) this.#retries = this.#retry()
  }

  async #retry (): Promise<void> {
    const { signal } = this.#stopping
    let pause = firstPause
    do {
      await delay(pause, undefined, { signal }).catch(() => {}) // stopping cuts the pause short
      pause = Math.min(2 * pause, longestPause)
    } while (!signal.aborted && !await this.#try())
  }

  async #try (): Promise<boolean> {
    try {
      await this.#attempt()
      this.#succeeded = true
      this.#log.info('the database is ready')
    } catch (error) {
      if (error instanceof mongoose.mongo.MongoParseError) throw error
      this.#log.error({ err: error }, 'the database cannot be opened yet')
    }
    return this.#succeeded
  }
}
