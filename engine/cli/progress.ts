const INTERVAL_MS = 2000

/** Tells on stderr how far something has come that may take long. */
export class Progress {
  readonly #what: string
  readonly #total: number
  readonly #unit: string
  #done = 0
  #told = performance.now()

  constructor (what: string, total: number, unit = 'documents') {
    this.#what = what
    this.#total = total
    this.#unit = unit
  }

  get done (): number {
    return this.#done
  }

  add (amount: number): void {
    this.#done += amount
    if (performance.now() - this.#told < INTERVAL_MS) return
    this.#told = performance.now()
    process.stderr.write(`${this.#what}: ${this.#done} of about ${this.#total} ${this.#unit}\n`)
  }
}
