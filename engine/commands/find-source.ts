import { documentValue } from '../bson/value.js'
import type { Matches } from '../plan/matches.js'
import type { CheckInterrupt, Match } from '../plan/scan.js'
import type { Projection } from '../query/projection.js'
import type { Batch, BatchLimits, CursorSource } from './cursors.js'

/** Which part of the matches is wanted, and what of each. */
export interface Window {
  readonly skip: number
  /** Infinity for all. */
  readonly limit: number
  readonly project?: Projection
}

/** Hands out the matches of a query in batches. */
export class FindSource implements CursorSource {
  readonly #matches: Matches
  readonly #project: Projection | undefined
  #skip: number
  #left: number
  /** A document that has been read and did not fit into the last batch any more. */
  #waiting: Buffer | undefined

  constructor (matches: Matches, { skip, limit, project }: Window) {
    this.#matches = matches
    this.#project = project
    this.#skip = skip
    this.#left = limit
  }

  async next (limits: BatchLimits, checkInterrupt: CheckInterrupt): Promise<Batch> {
    const documents: Buffer[] = []
    let bytes = 0
    const add = (document: Buffer): boolean => {
      if (documents.length > 0 && bytes + document.length > limits.bytes) {
        this.#waiting = document
        return false
      }
      bytes += document.length
      documents.push(document)
      this.#left--
      return this.#left > 0 && documents.length < limits.documents
    }
    const state = await this.#feed(add, limits, checkInterrupt)
    return { documents, isLast: this.#waiting === undefined && (state === 'ended' || this.#left === 0) }
  }

  async #feed (add: (document: Buffer) => boolean, limits: BatchLimits, checkInterrupt: CheckInterrupt): Promise<'ended' | 'stopped'> {
    if (this.#left === 0 || limits.documents === 0) return 'stopped'
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined && !add(waiting)) return 'stopped'
    return await this.#matches.read((match) => this.#skipped() || add(this.#shape(match)), checkInterrupt)
  }

  #skipped (): boolean {
    if (this.#skip === 0) return false
    this.#skip--
    return true
  }

  #shape ({ document }: Match): Buffer {
    return this.#project === undefined ? Buffer.from(document) : this.#project(documentValue(document))
  }
}

/** What a collection that does not exist holds. */
export const emptySource: CursorSource = { next: () => ({ documents: [], isLast: true }) }
