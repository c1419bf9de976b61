import { setImmediate } from 'node:timers/promises'
import { documentValue } from '../bson/value.js'
import type { Filter } from '../query/filter.js'
import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import { candidatesOf, type Candidates } from './candidates.js'
import type { Access } from './planner.js'

/** A document that matched, with the place it was found at. */
export interface Match {
  readonly recordId: Buffer
  /** Valid until the next step of the scan: copy what is kept. */
  readonly document: Buffer
}

/** Returns whether to go on. */
export type Visit = (match: Match) => boolean

/** Throws when the operation has been killed or has used up its time (`maxTimeMS`). */
export type CheckInterrupt = () => void

/** For how long a scan may keep the event loop, in milliseconds. */
const SLICE_MS = 4
/** How many candidates are looked at between two looks at the clock. */
const CANDIDATES_PER_LOOK = 64

/**
 * Walks through the candidates of a plan and hands over those that the filter matches. Between two slices it holds
 * nothing of the store: it remembers the last key and seeks it again, so that a slow reader pins no pages and sees
 * the state of the moment (as a read that yields does on MongoDB).
 */
export class Scan {
  documentsExamined = 0
  readonly #candidates: Candidates
  readonly #filter: Filter
  /** What a multikey index has already led to: its entries for one document are many. */
  readonly #seen: Set<string> | undefined
  #looks = 0

  constructor (reader: Reader, collection: Collection, access: Access, filter: Filter) {
    this.#candidates = candidatesOf(reader, collection, access)
    this.#filter = filter
    this.#seen = access.kind === 'index' && access.index.multikeyPaths.size > 0 ? new Set() : undefined
  }

  get keysExamined (): number {
    return this.#candidates.keysExamined
  }

  /** Runs until the end or until `visit` stops it, letting others run after each slice; another run goes on behind. */
  async run (visit: Visit, checkInterrupt: CheckInterrupt): Promise<'ended' | 'stopped'> {
    for (;;) {
      const state = this.#slice(visit)
      if (state !== 'paused') return state
      checkInterrupt()
      await setImmediate()
    }
  }

  #slice (visit: Visit): 'ended' | 'stopped' | 'paused' {
    const until = performance.now() + SLICE_MS
    for (const { recordId, document } of this.#candidates.resume()) {
      if (document !== undefined && this.#accepts(recordId, document) && !visit({ recordId, document })) return 'stopped'
      if (++this.#looks % CANDIDATES_PER_LOOK === 0 && performance.now() > until) return 'paused'
    }
    return 'ended'
  }

  #accepts (recordId: Buffer, document: Buffer): boolean {
    this.documentsExamined++
    if (!this.#filter.matches(documentValue(document))) return false
    if (this.#seen === undefined) return true
    const before = this.#seen.size
    return this.#seen.add(recordId.toString('latin1')).size > before
  }
}
