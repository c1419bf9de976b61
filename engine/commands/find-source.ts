import { andThen } from '../and-then.js'
import type { Matches } from '../plan/matches.js'
import { matchValue, type CheckInterrupt, type Match, type ReadState } from '../plan/scan.js'
import type { Projection } from '../query/projection.js'
import type { Batch, BatchLimits, CursorSource } from './cursors.js'

/** Which part of the matches is wanted, and what of each. */
export interface Window {
  readonly skip: number
  /** Infinity for all. */
  readonly limit: number
  readonly project?: Projection
}

/** At most so many bytes does an element of the reply's array take besides its document: a type and an index. */
const BYTES_BESIDE = 10

/** Hands out the matches of a query in batches. */
export class FindSource implements CursorSource {
  readonly #matches: Pick<Matches, 'read'>
  readonly #project: Projection | undefined
  #skip: number
  #left: number
  /** A document that has been read and did not fit into the last batch any more. */
  #waiting: Buffer | undefined

  constructor (matches: Pick<Matches, 'read'>, { skip, limit, project }: Window) {
    this.#matches = matches
    this.#project = project
    this.#skip = skip
    this.#left = limit
  }

  next (limits: BatchLimits, checkInterrupt: CheckInterrupt): Batch | Promise<Batch> {
    const documents: Buffer[] = []
    let bytes = 0
    const add = (document: Buffer): boolean => {
      bytes += document.length + BYTES_BESIDE
      if (documents.length > 0 && bytes > limits.bytes) {
        this.#waiting = document
        return false
      }
      documents.push(document)
      this.#left--
      return this.#left > 0 && documents.length < limits.documents
    }
    return andThen(this.#feed(add, limits, checkInterrupt), (state) => ({ documents, isLast: this.#isLast(state) }))
  }

  #feed (add: (document: Buffer) => boolean, limits: BatchLimits, checkInterrupt: CheckInterrupt): ReadState | Promise<ReadState> {
    if (limits.documents === 0) return 'stopped'
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined && !add(waiting)) return 'stopped'
    return this.#matches.read((match) => this.#skipped() || add(this.#shape(match)), checkInterrupt)
  }

  #isLast (state: ReadState): boolean {
    return this.#waiting === undefined && (state === 'ended' || this.#left === 0)
  }

  #skipped (): boolean {
    if (this.#skip === 0) return false
    this.#skip--
    return true
  }

  #shape (match: Match): Buffer {
    return this.#project === undefined ? match.document : this.#project(matchValue(match))
  }
}

/** What a collection that does not exist holds. */
export const emptySource: CursorSource = { next: () => ({ documents: [], isLast: true }) }
