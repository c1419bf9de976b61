import type { Connection, Traffic } from './connection.js'

/** The connections of a server, with what has been exchanged on all that there have been. */
export class Connections implements Iterable<Connection> {
  /** How many there may be at a time. */
  readonly limit: number
  totalCreated = 0
  totalRejected = 0
  readonly #open = new Set<Connection>()
  #closed: Traffic = { bytesIn: 0, bytesOut: 0, numRequests: 0 }

  constructor (limit: number) {
    this.limit = limit
  }

  get current (): number {
    return this.#open.size
  }

  get traffic (): Traffic {
    return [...this.#open].reduce((total, { traffic }) => sum(total, traffic), this.#closed)
  }

  add (connection: Connection): void {
    this.#open.add(connection)
    this.totalCreated++
  }

  /** To be called when it is closed. */
  remove (connection: Connection): void {
    this.#open.delete(connection)
    this.#closed = sum(this.#closed, connection.traffic)
  }

  [Symbol.iterator] (): IterableIterator<Connection> {
    return this.#open.values()
  }
}

function sum (one: Traffic, other: Traffic): Traffic {
  return { bytesIn: one.bytesIn + other.bytesIn, bytesOut: one.bytesOut + other.bytesOut, numRequests: one.numRequests + other.numRequests }
}
