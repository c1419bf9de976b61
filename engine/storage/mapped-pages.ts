import { processorTime, statusBytes } from '../process-usage.js'

const INTERVAL_MS = 5000
/** How much of the data file may stay mapped, in bytes. */
const MOST_BYTES = 8 * 1024 * 1024
/** It takes the event loop some milliseconds for each 100 MB: no more often than this, in milliseconds. */
const DISTANCE_MS = 30_000
/** At rest the process uses less than this part of a processor: who is busy needs the pages. */
const AT_REST = 0.1

/** What is asked of the process. */
export interface Consumption {
  /** How much of files is in its memory, in bytes; `undefined` if that cannot be told. */
  mapped (): number | undefined
  /** How much processor time it has used so far, in milliseconds. */
  processorTime (): number
}

/**
 * Every page of the data file that was ever read stays mapped into the memory of the process, as long as there is any in the
 * machine. So they are given back when nobody needs them; the system's cache has them still. What the commands have left in the
 * heap is collected then, too, which V8 does on its own only when more comes.
 */
export class MappedPages {
  readonly #release: () => Promise<boolean>
  readonly #consumption: Consumption
  readonly #interval: number
  readonly #timer: NodeJS.Timeout
  /** What is mapped besides: the program and its libraries. */
  #others: number | undefined
  #processorTime: number
  #releasing: Promise<void> | undefined
  /** How many looks are left until it may be done again. */
  #wait = 0

  /**
   * @param release gives the pages back, unless it cannot just now; must not reject
   * @param interval how often it is looked, in milliseconds
   */
  constructor (release: () => Promise<boolean>, consumption: Consumption = ownConsumption, interval = INTERVAL_MS) {
    this.#release = release
    this.#consumption = consumption
    this.#interval = interval
    this.#processorTime = consumption.processorTime()
    this.#others = consumption.mapped()
    this.#timer = setInterval(() => this.look(), interval).unref()
  }

  async stop (): Promise<void> {
    clearInterval(this.#timer)
    await this.#releasing
  }

  /** Gives back what nobody needs; the timer's part. */
  look (): void {
    const used = this.#consumption.processorTime()
    const isAtRest = used - this.#processorTime < AT_REST * this.#interval
    this.#processorTime = used
    if (this.#wait > 0) this.#wait--
    else if (isAtRest && this.#areMany()) this.#releasing ??= this.#giveBack()
  }

  #areMany (): boolean {
    const mapped = this.#consumption.mapped()
    if (mapped === undefined) return false
    this.#others ??= mapped
    return mapped - this.#others > MOST_BYTES
  }

  async #giveBack (): Promise<void> {
    if (await this.#release()) {
      globalThis.gc?.() // only there in the engine's own process (engine-process.ts)
      this.#others = this.#consumption.mapped()
      this.#wait = Math.floor(DISTANCE_MS / this.#interval)
    }
    this.#releasing = undefined
  }
}

const ownConsumption: Consumption = { mapped: () => statusBytes('RssFile'), processorTime }
