import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { documentValue } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import type { CheckInterrupt, ReadState, Visit } from '../plan/scan.js'
import { parseFilter, type Filter } from '../query/filter.js'
import type { Collection } from '../storage/catalog.js'
import type { Store } from '../storage/store.js'
import type { Batch, BatchLimits, CursorSource, Patience } from './cursors.js'
import { FindSource, type Window } from './find-source.js'
import { endOf, Waiting } from './waiting.js'

/**
 * Hands out the documents of a capped collection, and afterwards those that are inserted ("Tailable Cursors" of the
 * manual). It has nothing to go on from, and is dead, if the collection was empty when it was opened.
 */
export class TailableSource implements CursorSource {
  readonly awaitsData: boolean
  readonly #store: Store
  readonly #collection: Collection
  readonly #tail: Tail
  readonly #found: FindSource
  readonly #waiting = new Waiting()
  #left: number

  constructor (store: Store, collection: Collection, query: Query, window: Window, awaitsData: boolean) {
    this.#store = store
    this.#collection = collection
    this.#tail = new Tail(store, collection, query.filter)
    this.#found = new FindSource(this.#tail, window)
    this.awaitsData = awaitsData
    this.#left = window.limit
  }

  async next (limits: BatchLimits, checkInterrupt: CheckInterrupt, patience: Patience): Promise<Batch> {
    const until = this.awaitsData ? endOf(patience) : 0
    for (;;) {
      const news = new News(this.#store, this.#collection)
      try {
        const { documents } = await this.#found.next(limits, this.awaitsData ? patience.checkInterrupt : checkInterrupt)
        this.#left -= documents.length
        const isLast = this.#left === 0 || (limits.documents > 0 && this.#tail.isDead)
        if (documents.length > 0 || isLast || performance.now() >= until) return { documents, isLast }
        await this.#waiting.wait({ until, patience, subscribe: (wake) => news.subscribe(wake) })
      } finally {
        news.close()
      }
    }
  }

  interrupt (reason: EngineError): void {
    this.#waiting.interrupt(reason)
  }
}

/** The end of a collection: it can be read again and again, and goes on behind the last document that it has seen. */
class Tail implements Pick<Matches, 'read'> {
  readonly #store: Store
  readonly #collection: Collection
  readonly #filter: Filter
  readonly #all: Matches
  #last: Buffer | undefined

  constructor (store: Store, collection: Collection, filter: Filter) {
    this.#store = store
    this.#collection = collection
    this.#filter = filter
    this.#all = openMatches(store, collection, { filter: parseFilter(EMPTY_DOCUMENT), hint: { natural: 1 } })
  }

  /** Whether no document has been seen. */
  get isDead (): boolean {
    return this.#last === undefined
  }

  /** @throws {EngineError} CappedPositionLost when what came behind the last document may be gone as well */
  read (visit: Visit, checkInterrupt: CheckInterrupt): ReadState | Promise<ReadState> {
    if (this.#last !== undefined && this.#store.read.document(this.#collection, this.#last) === undefined) {
      throw new EngineError('CappedPositionLost', 'CollectionScan died due to failure to restore tailable cursor position.')
    }
    return this.#all.read((match) => {
      this.#last = match.recordId
      return !this.#filter.matches(documentValue(match.document)) || visit(match)
    }, checkInterrupt)
  }
}

/** Whether something has changed since the reading began: what is committed while it goes on may have been missed. */
class News {
  readonly close: () => void
  #isThere = false
  #wake: (() => void) | undefined

  constructor ({ watchers }: Store, { namespace }: Collection) {
    this.close = watchers.wait(String(namespace), () => {
      this.#isThere = true
      this.#wake?.()
    })
  }

  subscribe (wake: () => void): () => void {
    this.#wake = wake
    if (this.#isThere) queueMicrotask(wake)
    return () => { this.#wake = undefined }
  }
}
