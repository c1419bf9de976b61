import type { Value } from '../bson/value.js'
import { payload } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Sort, SortKey } from './sort.js'

/** How many bytes of documents a sort in memory may hold, as on MongoDB (`internalQueryMaxBlockingSortMemoryUsageBytes`). */
const MAX_BYTES = 100 * 1024 * 1024

/** One that is kept; `place` is its number in the order of arrival, by which equal ones are kept in that order. */
interface Entry<Item> {
  readonly key: SortKey
  readonly place: number
  readonly bytes: number
  readonly item: Item
}

/**
 * Collects documents and gives them back sorted, at most `limit` of them. With a limit, it never holds more than that
 * many: in a binary heap whose root is the last in the order, the first to be dropped.
 */
export class TopK<Item> {
  readonly #sort: Sort
  readonly #limit: number
  readonly #heap: Array<Entry<Item>> = []
  #arrivals = 0
  #bytes = 0

  constructor (sort: Sort, limit = Infinity) {
    this.#sort = sort
    this.#limit = limit
  }

  /**
   * Takes part of the document's bytes for its key, so they may be reused afterwards; the item is kept as it is.
   * Returns the item that there is no room for: an earlier one or this one.
   * @throws {EngineError} QueryExceededMemoryLimitNoDiskUseAllowed when the documents kept are more than 100 MB
   */
  add (document: Value, item: Item): Item | undefined {
    const bytes = document.end - document.start
    const entry = { key: this.#sort.sortKey(document), place: this.#arrivals++, bytes, item }
    if (this.#heap.length < this.#limit) {
      this.#keep(entry)
      this.#siftUp(this.#heap.length - 1)
      return undefined
    }
    if (this.#limit === 0 || this.#compare(entry, this.#heap[0]) > 0) return item
    const dropped = this.#heap[0].item
    this.#replaceLast(entry)
    return dropped
  }

  /** The items in their order. Afterwards nothing more can be added. */
  result (): Item[] {
    return this.#heap.sort((left, right) => this.#compare(left, right)).map(({ item }) => item)
  }

  /** Takes the last item in their order away: who sorts very many can rest in between. */
  removeLast (): Item | undefined {
    const [first] = this.#heap
    const moved = this.#heap.pop()
    if (moved === undefined || this.#heap.length === 0) return moved?.item
    this.#heap[0] = moved
    this.#siftDown(0)
    return first.item
  }

  #keep (entry: Entry<Item>): void {
    this.#charge(entry.bytes)
    this.#heap.push({ ...entry, key: entry.key.map(copy) })
  }

  #replaceLast (entry: Entry<Item>): void {
    this.#charge(entry.bytes - this.#heap[0].bytes)
    this.#heap[0] = { ...entry, key: entry.key.map(copy) }
    this.#siftDown(0)
  }

  #charge (bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > MAX_BYTES) {
      throw new EngineError('QueryExceededMemoryLimitNoDiskUseAllowed',
        `Sort exceeded memory limit of ${MAX_BYTES} bytes, but did not opt in to external sorting.`)
    }
  }

  #siftUp (from: number): void {
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#compare(this.#heap[at], this.#heap[parent]) <= 0) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #siftDown (from: number): void {
    let at = from
    for (;;) {
      const left = 2 * at + 1
      if (left >= this.#heap.length) return
      const right = left + 1
      const child = right < this.#heap.length && this.#compare(this.#heap[right], this.#heap[left]) > 0 ? right : left
      if (this.#compare(this.#heap[at], this.#heap[child]) >= 0) return
      this.#swap(at, child)
      at = child
    }
  }

  #swap (a: number, b: number): void {
    const entry = this.#heap[a]
    this.#heap[a] = this.#heap[b]
    this.#heap[b] = entry
  }

  #compare (left: Entry<Item>, right: Entry<Item>): number {
    return this.#sort.compareKeys(left.key, right.key) || left.place - right.place
  }
}

function copy (value: Value | undefined): Value | undefined {
  if (value === undefined) return undefined
  const bytes = Buffer.from(payload(value))
  return { type: value.type, bytes, start: 0, end: bytes.length }
}
