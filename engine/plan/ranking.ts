import { EngineError } from '../errors.js'

interface Ranked { readonly recordId: Buffer, score: number }

/** What a record takes in memory beside its id, roughly. */
const RECORD_BYTES = 200
/** As much as a sort may hold. */
const MAX_BYTES = 100 * 1024 * 1024

/** Adds up the scores of records, then gives them back from the best to the worst, and only as many as are wanted. */
export class Ranking {
  readonly #byId = new Map<string, Ranked>()
  #bytes = 0
  /** A binary heap whose root is the best; made when the first is taken. */
  #heap: Ranked[] | undefined

  /** @throws {EngineError} QueryExceededMemoryLimitNoDiskUseAllowed */
  add (recordId: Buffer, score: number): void {
    const name = recordId.toString('latin1')
    const known = this.#byId.get(name)
    if (known !== undefined) {
      known.score += score
      return
    }
    this.#byId.set(name, { recordId, score })
    this.#bytes += recordId.length + RECORD_BYTES
    if (this.#bytes > MAX_BYTES) throw new EngineError('QueryExceededMemoryLimitNoDiskUseAllowed', `The matches of $text take more than ${MAX_BYTES} bytes`)
  }

  /** Takes the best record away. Nothing can be added any more. */
  take (): Buffer | undefined {
    this.#heap ??= this.#order()
    const [best] = this.#heap
    const last = this.#heap.pop()
    if (last === undefined || last === best) return last?.recordId
    this.#sink(this.#heap, last, 0)
    return best.recordId
  }

  #order (): Ranked[] {
    const heap = [...this.#byId.values()]
    this.#byId.clear()
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) this.#sink(heap, heap[at], at)
    return heap
  }

  /** Puts a record at a place, or below it if there are better ones. */
  #sink (heap: Ranked[], record: Ranked, from: number): void {
    let at = from
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++
      if (isBefore(record, heap[child])) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = record
  }
}

/** Equal ones are in the order of their ids. */
function isBefore (left: Ranked, right: Ranked): boolean {
  return left.score === right.score ? Buffer.compare(left.recordId, right.recordId) < 0 : left.score > right.score
}
