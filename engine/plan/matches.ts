import type { Filter } from '../query/filter.js'
import { TopK } from '../query/top-k.js'
import type { Sort } from '../query/sort.js'
import type { Collection } from '../storage/catalog.js'
import { isCovered } from './covered.js'
import type { KeyLimits } from './key-limits.js'
import { noteUse } from './index-use.js'
import { choosePlan, type Hint, type Plan } from './planner.js'
import { matchValue, Scan, type Match, type ReadState, type Source, type Visit } from './scan.js'
import { pause, Slice, type CheckInterrupt } from './slice.js'

/** Which documents of a collection are meant, and in which order. */
export interface Query {
  readonly filter: Filter
  readonly sort?: Sort
  readonly hint?: Hint
  /** Of the keys of the index that the hint names. */
  readonly limits?: KeyLimits
}

export interface ReadOptions {
  /** How many matches will be read at most: a sort that no index gives keeps only so many. */
  readonly needed?: number
  /** Whether no document may be met twice, even if it is changed while others are read. */
  readonly once?: boolean
  /** Whether the matches are only counted: where an index tells all of them, they come without their documents. */
  readonly isCount?: boolean
  /** Whether it is only to be explained: then it is no use of an index (`$indexStats`). */
  readonly isExplained?: boolean
}

/** The matches of a query in its order. */
export interface Matches {
  readonly plan: Plan
  readonly scan: Scan
  /**
   * Hands over matches until a visit returns `false`; the next call goes on behind. It gives a promise only if it takes
   * so long that others have to run in between.
   */
  read (visit: Visit, checkInterrupt: CheckInterrupt): ReadState | Promise<ReadState>
}

/** @throws {EngineError} BadValue for a hint that names no index */
export function openMatches (source: Source, collection: Collection, query: Query, { needed = Infinity, once = false, isCount = false, isExplained = false }: ReadOptions = {}): Matches {
  const plan = choosePlan(collection, query)
  if (!isExplained) noteUse(collection, plan.access)
  const scan = new Scan(source, collection, plan, { once, isCovered: isCount && isCovered(plan) })
  return plan.sorted || query.sort === undefined
    ? { plan, scan, read: (visit, checkInterrupt) => scan.run(visit, checkInterrupt) }
    : new SortedMatches(plan, scan, new TopK(query.sort, needed))
}

export async function firstMatch (source: Source, collection: Collection, query: Query, checkInterrupt: CheckInterrupt): Promise<Match | undefined> {
  let first: Match | undefined
  await openMatches(source, collection, query, { needed: 1 }).read((match) => {
    first = match
    return false
  }, checkInterrupt)
  return first
}

/** How many candidates are looked at where nobody else can run meanwhile. */
const CANDIDATES_AT_A_GLANCE = 20

/** The first match, or whether there is none, if a short look shows it. */
export function firstMatchAtAGlance (source: Source, collection: Collection, query: Query): Match | undefined | 'undecided' {
  const { sort } = query
  const plan = choosePlan(collection, query)
  const scan = new Scan(source, collection, plan, { once: false, isCovered: false })
  let first: Match | undefined
  const state = scan.glance((match) => {
    const isFirst = first === undefined || sort === undefined || sort.compare(matchValue(match), matchValue(first)) < 0
    if (isFirst) first = match
    return !plan.sorted
  }, CANDIDATES_AT_A_GLANCE)
  if (state === 'paused') return 'undecided'
  noteUse(collection, plan.access)
  return first
}

/** Matches that have to be collected to be sorted. */
class SortedMatches implements Matches {
  readonly plan: Plan
  readonly scan: Scan
  readonly #sorter: TopK<Match>
  /** The last in the order comes first. */
  #sorted: Match[] | undefined

  constructor (plan: Plan, scan: Scan, sorter: TopK<Match>) {
    this.plan = plan
    this.scan = scan
    this.#sorter = sorter
  }

  async read (visit: Visit, checkInterrupt: CheckInterrupt): Promise<ReadState> {
    this.#sorted ??= await this.#collect(checkInterrupt)
    let slice = new Slice()
    for (let match = this.#sorted.pop(); match !== undefined; match = this.#sorted.pop()) {
      if (!visit(match)) return 'stopped'
      if (slice.spend(match.document)) slice = await pause(checkInterrupt)
    }
    return 'ended'
  }

  async #collect (checkInterrupt: CheckInterrupt): Promise<Match[]> {
    await this.scan.run((match) => {
      this.#sorter.add(matchValue(match), match)
      return true
    }, checkInterrupt)
    const sorted: Match[] = []
    let slice = new Slice()
    for (let last = this.#sorter.removeLast(); last !== undefined; last = this.#sorter.removeLast()) {
      sorted.push(last)
      if (slice.spend(last.document)) slice = await pause(checkInterrupt)
    }
    return sorted
  }
}
