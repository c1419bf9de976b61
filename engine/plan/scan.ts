import { documentValue, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Filter } from '../query/filter.js'
import { withTextScore } from '../query/text-score.js'
import type { Catalog, Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import { candidatesOf, type CandidateOptions, type Candidates } from './candidates.js'
import { indexesOf } from './index-use.js'
import type { Access, Plan } from './planner.js'
import { pause, Slice, type CheckInterrupt } from './slice.js'

export type { CheckInterrupt } from './slice.js'

/** What is read from: a store. */
export interface Source {
  readonly read: Reader
  readonly catalog: Catalog
}

/** A document that matched, with the place it was found at; both may be kept. */
export interface Match {
  readonly recordId: Buffer
  readonly document: Buffer
  /** How well a `$text` has found it. */
  readonly textScore?: number
}

/** The document of a match as a value, with its score. */
export function matchValue ({ document, textScore }: Match): Value {
  return withTextScore(documentValue(document), textScore)
}

/** A document with what is found out about it by the way, if the filter matches it. */
export function matchOf (filter: Filter, recordId: Buffer, document: Buffer): Match | undefined {
  const value = documentValue(document)
  return filter.matches(value) ? { recordId, document, textScore: filter.textScore?.(value) } : undefined
}

/** Returns whether to go on. */
export type Visit = (match: Match) => boolean

export type ReadState = 'ended' | 'stopped'

/**
 * Walks through the candidates of a plan and hands over those that the filter matches. Between two slices it holds
 * nothing of the store: it remembers the last key and seeks it again, so that a slow reader pins no pages and sees
 * the state of the moment (as a read that yields does on MongoDB).
 */
export class Scan {
  documentsExamined = 0
  readonly #source: Source
  readonly #collection: Collection
  readonly #access: Access
  readonly #filter: Filter
  readonly #isCovered: boolean
  readonly #candidates: Candidates

  constructor (source: Source, collection: Collection, { access, filter }: Pick<Plan, 'access' | 'filter'>, options: CandidateOptions) {
    this.#source = source
    this.#collection = collection
    this.#access = access
    this.#filter = filter
    this.#isCovered = options.isCovered
    this.#candidates = candidatesOf(source.read, collection, access, options)
  }

  get keysExamined (): number {
    return this.#candidates.keysExamined
  }

  /**
   * Runs until the end or until `visit` stops it; another run goes on behind. It gives a promise only if it takes more
   * than one slice, and lets others run after each.
   * @throws {EngineError} QueryPlanKilled when the collection or the index was dropped meanwhile
   */
  run (visit: Visit, checkInterrupt: CheckInterrupt): ReadState | Promise<ReadState> {
    const state = this.#slice(new Slice(), visit)
    return state === 'paused' ? this.#runOn(visit, checkInterrupt) : state
  }

  /** Runs as far as one look at no more than so many candidates gets. */
  glance (visit: Visit, candidates: number): ReadState | 'paused' {
    let left = candidates
    const slice = new Slice()
    return this.#slice({ spend: (document) => --left <= 0 || slice.spend(document) }, visit)
  }

  async #runOn (visit: Visit, checkInterrupt: CheckInterrupt): Promise<ReadState> {
    for (;;) {
      const state = this.#slice(await pause(checkInterrupt), visit)
      if (state !== 'paused') return state
    }
  }

  #slice (slice: Pick<Slice, 'spend'>, visit: Visit): ReadState | 'paused' {
    this.#checkStillThere()
    let isPaused = false
    const state = this.#candidates.read((recordId, document) => {
      const match = document && this.#matchOf(recordId, document)
      if (match !== undefined && !visit(match)) return false
      isPaused = slice.spend(document)
      return !isPaused
    })
    return isPaused ? 'paused' : state
  }

  #matchOf (recordId: Buffer, document: Buffer): Match | undefined {
    if (this.#isCovered) return { recordId, document }
    this.documentsExamined++
    return matchOf(this.#filter, recordId, document)
  }

  /** The rows of what was dropped are removed bit by bit: who went on reading them would miss some without a word. */
  #checkStillThere (): void {
    const collection = this.#source.catalog.byId(this.#collection.id)
    if (collection === undefined) throw new EngineError('QueryPlanKilled', `collection dropped: ${this.#collection.namespace}`)
    const dropped = indexesOf(this.#access).find((index) => !collection.indexes.some(({ id }) => id === index.id))
    if (dropped !== undefined) throw new EngineError('QueryPlanKilled', `index '${dropped.name}' dropped`)
  }
}
