import { MongoServerError, type Collection } from 'mongodb'

/** A document of the crash test: what it should look like can be told from `n` alone. */
export interface Written {
  readonly _id: string
  readonly owner: number
  readonly email: string
  readonly n: number
  readonly tags: readonly string[]
  readonly log: readonly number[]
}

/** What is known of a document from outside: how far its changes were answered, and how far they were asked for. */
interface Expectation {
  readonly id: string
  answered: number
  asked: number
  removal: 'no' | 'asked' | 'answered'
}

/** Steps that may have happened or not lie between `answered` and `asked`; 0 is before the insert, 1 after it. */
const INSERTED = 1
const STEPS = 4

/**
 * Writes documents of its own one after the other: inserts, changes and, each third time, removes. A failure leaves open
 * whether the step was taken, and ends the work on that document.
 */
export class Writer {
  readonly expectations: Expectation[] = []
  /** Errors that the engine answered: there is no reason for any. */
  readonly refusals: string[] = []
  readonly #collection: Collection<Written>
  readonly #owner: number
  #errors = 0
  #isStopped = false
  #onStep = (): void => {}

  constructor (collection: Collection<Written>, owner: number) {
    this.#collection = collection
    this.#owner = owner
  }

  /** How many steps were answered. */
  get answered (): number {
    return this.expectations.reduce((total, { answered, removal }) => total + answered + Number(removal === 'answered'), 0)
  }

  /** How many were not. */
  get errors (): number {
    return this.#errors
  }

  /** Writes until `stop`, and calls `onStep` after each step, whatever came of it. */
  async run (onStep: () => void): Promise<void> {
    this.#isStopped = false
    this.#onStep = onStep
    while (!this.#isStopped) await this.#writeOne()
  }

  stop (): void {
    this.#isStopped = true
  }

  async #writeOne (): Promise<void> {
    const number = this.expectations.length
    const expectation: Expectation = { id: `${this.#owner}-${number}`, answered: 0, asked: 0, removal: 'no' }
    this.expectations.push(expectation)
    try {
      await this.#step(expectation, () => this.#collection.insertOne(stateOf(expectation.id, this.#owner, INSERTED)))
      while (expectation.answered < STEPS) await this.#step(expectation, () => this.#change(expectation))
      if (number % 3 === 0) await this.#remove(expectation)
    } catch (error) {
      // Whether the step was taken is open now; `asked` says so.
      this.#errors++
      if (error instanceof MongoServerError) this.refusals.push(String(error))
    }
  }

  async #step (expectation: Expectation, write: () => Promise<unknown>): Promise<void> {
    expectation.asked++
    try {
      await write()
      expectation.answered++
    } finally {
      this.#onStep()
    }
  }

  #change ({ id, answered }: Expectation): Promise<unknown> {
    return this.#collection.updateOne({ _id: id }, { $inc: { n: 1 }, $push: { log: answered, tags: `t${answered}` } })
  }

  async #remove (expectation: Expectation): Promise<void> {
    expectation.removal = 'asked'
    await this.#collection.deleteOne({ _id: expectation.id })
    expectation.removal = 'answered'
  }
}

/** How a document looks after `step` steps. */
function stateOf (id: string, owner: number, step: number): Written {
  const changes = Array.from({ length: step - INSERTED }, (_, change) => change + INSERTED)
  return { _id: id, owner, email: `${id}@example.com`, n: step, tags: ['t0', ...changes.map((change) => `t${change}`)], log: changes }
}

/** What of the stored documents contradicts what was answered. */
export function contradictions (writers: readonly Writer[], stored: readonly Written[]): string[] {
  const found = new Map(stored.map((document) => [document._id, document]))
  const wrong = writers.flatMap(({ expectations }) => expectations).filter((expectation) => !isPossible(expectation, found.get(expectation.id)))
  return wrong.map((expectation) => `${JSON.stringify(expectation)} is ${JSON.stringify(found.get(expectation.id))}`)
}

function isPossible ({ id, answered, asked, removal }: Expectation, document: Written | undefined): boolean {
  if (document === undefined) return answered === 0 || removal !== 'no'
  if (removal === 'answered' || document.n < answered || document.n > asked) return false
  return JSON.stringify(document) === JSON.stringify(stateOf(id, document.owner, document.n))
}
