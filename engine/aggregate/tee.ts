import type { Value } from '../bson/value.js'
import type { Batches } from './batches.js'

type Batch = readonly Value[] | undefined

/**
 * Gives one stream of batches to several readers. A batch is held until all of them have read it, so that no more than
 * one is held however many documents there are; readers must therefore read at the same time and not after each other.
 */
export class Tee {
  readonly #input: AsyncIterator<readonly Value[]>
  #readers = 0
  #isClosed = false
  #waiting: Array<(batch: Promise<Batch>) => void> = []

  constructor (input: Batches) {
    this.#input = input[Symbol.asyncIterator]()
  }

  /** Another reader; all of them must be there before the first one reads. */
  branch (): Batches {
    this.#readers++
    return this.#read()
  }

  /** Ends the reading when one of the readers has failed: the others wait and are forgotten. */
  close (): void {
    this.#isClosed = true
  }

  async * #read (): Batches {
    try {
      for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) yield batch
    } finally {
      this.#readers--
      this.#advance()
    }
  }

  async #next (): Promise<Batch> {
    const batch = new Promise<Batch>((resolve) => this.#waiting.push(resolve))
    this.#advance()
    return await batch
  }

  /** Reads on when everybody has had the last batch. */
  #advance (): void {
    if (this.#isClosed || this.#waiting.length === 0 || this.#waiting.length < this.#readers) return
    const waiting = this.#waiting
    this.#waiting = []
    const batch = this.#input.next().then(({ value, done }): Batch => done === true ? undefined : value)
    for (const resolve of waiting) resolve(batch)
  }
}
