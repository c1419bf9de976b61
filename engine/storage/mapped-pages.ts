import { readFileSync } from 'node:fs'

const INTERVAL_MS = 5000
/** How much of the data file may stay mapped, in bytes. */
const MOST_BYTES = 8 * 1024 * 1024
/** At rest the process uses less than this part of a processor: who is busy needs the pages. */
const AT_REST = 0.1

/** What is asked of the process. */
export interface Consumption {
  /** How much of files is in its memory, in bytes. */
  mapped (): number
  /** How much processor time it has used so far, in milliseconds. */
  processorTime (): number
}

/**
 * Every page of the data file that was ever read stays mapped into the memory of the process, as long as there is any in the
 * machine. So they are given back when nobody needs them; the system's cache has them still.
 */
export class MappedPages {
  readonly #release: () => Promise<boolean>
  readonly #consumption: Consumption
  readonly #interval: number
  readonly #timer: NodeJS.Timeout
  /** What is mapped besides: the program and its libraries. */
  #others: number
  #processorTime: number
  #releasing: Promise<void> | undefined

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
    this.#timer = setInterval(() => this.#look(), interval).unref()
  }

  async stop (): Promise<void> {
    clearInterval(this.#timer)
    await this.#releasing
  }

  #look (): void {
    const used = this.#consumption.processorTime()
    const isAtRest = used - this.#processorTime < AT_REST * this.#interval
    this.#processorTime = used
    if (isAtRest && this.#consumption.mapped() - this.#others > MOST_BYTES) this.#releasing ??= this.#giveBack()
  }

  async #giveBack (): Promise<void> {
    if (await this.#release()) this.#others = this.#consumption.mapped()
    this.#releasing = undefined
  }
}

/** Only Linux tells what is mapped: proc_pid_status(5). */
export const ownConsumption: Consumption = {
  mapped () {
    if (process.platform !== 'linux') return 0
    return 1024 * Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0)
  },

  processorTime () {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
}
