import { setImmediate } from 'node:timers/promises'
import type { Log } from '../log.js'
import { removeExpired } from './expiry.js'
import { dropUnfinished } from './index-build.js'
import type { Store } from './store.js'

export interface MaintenanceOptions {
  readonly now: () => number
  readonly log: Log
  /** How often it looks for what has expired, in milliseconds. */
  readonly interval: number
}

/**
 * What the store does on its own: it removes the rows of what was dropped as soon as possible, and every minute the
 * documents, sessions and changes that have expired. All of it goes in chunks, between which others read and write.
 */
export class Maintenance {
  readonly #store: Store
  readonly #options: MaintenanceOptions
  #timer: NodeJS.Timeout
  #interval: number
  readonly #end = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #isSweeping = false

  constructor (store: Store, options: MaintenanceOptions) {
    this.#store = store
    this.#options = options
    this.#interval = options.interval
    this.#timer = this.#start()
  }

  /** How often it looks for what has expired, in milliseconds. */
  get interval (): number {
    return this.#interval
  }

  set interval (milliseconds: number) {
    clearInterval(this.#timer)
    this.#interval = milliseconds
    this.#timer = this.#start()
  }

  /** Removes what has expired. */
  sweep (): Promise<void> {
    return this.#next(async () => {
      await this.#dropUnfinishedIndexes()
      await removeExpired(this.#store, this.#options.now(), this.#end.signal)
      await this.#removeStaleSessions()
      await this.#trimHistory()
    })
  }

  /** Removes the rows of what was dropped. */
  collectGarbage (): Promise<void> {
    return this.#next(async () => {
      while (!this.#isStopping && await this.#store.write((tx) => tx.removeGarbage())) await setImmediate()
    })
  }

  /** Removes what of the history is not to be kept any longer. */
  trimHistory (): Promise<void> {
    return this.#next(() => this.#trimHistory())
  }

  /** Ends after the chunk that is being removed. */
  async stop (): Promise<void> {
    clearInterval(this.#timer)
    this.#end.abort()
    await this.#running
  }

  #start (): NodeJS.Timeout {
    return setInterval(() => this.#sweepAgain(), this.#interval).unref()
  }

  get #isStopping (): boolean {
    return this.#end.signal.aborted
  }

  /** Not before the last sweep has come to its end. */
  async #sweepAgain (): Promise<void> {
    if (this.#isSweeping) return
    this.#isSweeping = true
    await this.sweep()
    this.#isSweeping = false
  }

  /** One thing after the other; what fails, because there is no space for it, is tried again later. */
  #next (task: () => Promise<void>): Promise<void> {
    this.#running = this.#running.then(async () => {
      if (this.#isStopping) return
      try {
        await task()
      } catch (error) {
        this.#options.log({ level: 'warn', msg: 'maintenance was put off', error: (error as Error).message })
      }
    })
    return this.#running
  }

  /** If there was no space to drop an index whose building failed, there may be now. */
  async #dropUnfinishedIndexes (): Promise<void> {
    for (const collection of this.#store.catalog.collections()) {
      const isBuilding = this.#store.indexBuilds.isTaken(String(collection.namespace))
      if (!isBuilding) await dropUnfinished(this.#store, collection)
    }
  }

  async #trimHistory (): Promise<void> {
    while (!this.#isStopping && await this.#store.trimHistory()) await setImmediate()
  }

  async #removeStaleSessions (): Promise<void> {
    let after: Buffer | undefined
    do {
      const from = after
      after = await this.#store.write((tx) => tx.removeStaleSessions(from))
    } while (after !== undefined && !this.#isStopping)
  }
}
