import type { Transaction } from 'lmdb'
import type { Row, Table, TableRange } from './table.js'

/** What a row takes in memory beside its bytes, roughly. */
const ROW_BYTES = 100

/** A table as it was at one moment, with changes that are only in memory. */
export class Overlay implements Table {
  /** How much memory the changes take, roughly. */
  bytes = 0
  readonly #table: Table
  readonly #snapshot: () => Transaction
  /** The changed rows, by the text of their keys; `undefined` for those that were removed. */
  readonly #values = new Map<string, Buffer | undefined>()
  /** The keys of the changed rows, in order. */
  readonly #keys: Buffer[] = []

  /** @param snapshot throws when the transaction has ended */
  constructor (table: Table, snapshot: () => Transaction) {
    this.#table = table
    this.#snapshot = snapshot
  }

  get (key: Buffer): Buffer | undefined {
    const transaction = this.#snapshot()
    const name = nameOf(key)
    return this.#values.has(name) ? this.#values.get(name) : this.#table.get(key, { transaction })
  }

  /** The row as it was before any change. */
  original (key: Buffer): Buffer | undefined {
    return this.#table.get(key, { transaction: this.#snapshot() })
  }

  * getRange ({ limit = Infinity, ...range }: TableRange): Generator<Row, void> {
    let left = limit
    for (const row of this.#merged(range)) {
      if (left-- === 0) return
      yield row
    }
  }

  * getKeys (range: TableRange): Generator<Buffer, void> {
    for (const { key } of this.getRange(range)) yield key
  }

  putSync (key: Buffer, value: Buffer): void {
    this.#set(key, value)
  }

  removeSync (key: Buffer): boolean {
    const isThere = this.get(key) !== undefined
    this.#set(key, undefined)
    return isThere
  }

  #set (key: Buffer, value: Buffer | undefined): void {
    const name = nameOf(key)
    if (!this.#values.has(name)) {
      this.#keys.splice(this.#place(key), 0, key)
      this.bytes += key.length + ROW_BYTES
    }
    this.bytes += (value?.length ?? 0) - (this.#values.get(name)?.length ?? 0)
    this.#values.set(name, value)
  }

  * #merged (range: TableRange): Generator<Row, void> {
    const changed = this.#changedIn(range)
    const isBehind = range.reverse === true ? isLess : isGreater
    let at = 0
    for (const row of this.#table.getRange({ ...range, transaction: this.#snapshot() })) {
      while (at < changed.length && !isBehind(changed[at], row.key)) yield * this.#own(changed[at++])
      if (!this.#values.has(nameOf(row.key))) yield row
    }
    while (at < changed.length) yield * this.#own(changed[at++])
  }

  * #own (key: Buffer): Generator<Row, void> {
    const value = this.#values.get(nameOf(key))
    if (value !== undefined) yield { key, value }
  }

  /** The keys of the changed rows in a range, in its direction. */
  #changedIn ({ start, end, reverse = false, exclusiveStart = false, inclusiveEnd = false }: TableRange): Buffer[] {
    const [low, high] = reverse ? [end, start] : [start, end]
    const [skipsLow, takesHigh] = reverse ? [!inclusiveEnd, !exclusiveStart] : [exclusiveStart, inclusiveEnd]
    const from = low === undefined ? 0 : this.#place(low as Buffer, skipsLow)
    const to = high === undefined ? this.#keys.length : this.#place(high as Buffer, takesHigh)
    const keys = this.#keys.slice(from, to)
    return reverse ? keys.reverse() : keys
  }

  /** Where a key stands among the changed ones, or would stand; or the place behind it. */
  #place (key: Buffer, behind = false): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const order = Buffer.compare(this.#keys[middle], key)
      if (order < 0 || (behind && order === 0)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function nameOf (key: Buffer): string {
  return key.toString('latin1')
}

function isLess (key: Buffer, other: Buffer): boolean {
  return Buffer.compare(key, other) < 0
}

function isGreater (key: Buffer, other: Buffer): boolean {
  return Buffer.compare(key, other) > 0
}
