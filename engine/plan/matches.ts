import { documentValue } from '../bson/value.js'
import type { Filter } from '../query/filter.js'
import { TopK } from '../query/top-k.js'
import type { Sort } from '../query/sort.js'
import type { Collection } from '../storage/catalog.js'
import type { Reader } from '../storage/store.js'
import { choosePlan, type Hint, type Plan } from './planner.js'
import { Scan, type CheckInterrupt, type Match, type Visit } from './scan.js'

/** Which documents of a collection are meant, and in which order. */
export interface Query {
  readonly filter: Filter
  readonly sort?: Sort
  readonly hint?: Hint
}

/** The matches of a query in its order, handed over until a visit returns `false`; reading goes on where it stopped. */
export interface Matches {
  readonly plan: Plan
  readonly scan: Scan
  read (visit: Visit, checkInterrupt: CheckInterrupt): Promise<'ended' | 'stopped'>
}

/** @param needed how many matches will be read at most: a sort that no index gives keeps only so many */
export function openMatches (reader: Reader, collection: Collection, query: Query, needed = Infinity): Matches {
  const plan = choosePlan(collection, query)
  const scan = new Scan(reader, collection, plan.access, query.filter)
  return plan.sorted || query.sort === undefined
    ? { plan, scan, read: (visit, checkInterrupt) => scan.run(visit, checkInterrupt) }
    : new SortedMatches(plan, scan, new TopK(query.sort, needed))
}

/** The first match, as a copy. */
export async function firstMatch (matches: Matches, checkInterrupt: CheckInterrupt): Promise<Match | undefined> {
  let first: Match | undefined
  await matches.read((match) => {
    first = { recordId: Buffer.from(match.recordId), document: Buffer.from(match.document) }
    return false
  }, checkInterrupt)
  return first
}

/** Matches that had to be collected to be sorted. */
class SortedMatches implements Matches {
  readonly plan: Plan
  readonly scan: Scan
  readonly #sorter: TopK<Match>
  #sorted: Match[] | undefined
  #at = 0

  constructor (plan: Plan, scan: Scan, sorter: TopK<Match>) {
    this.plan = plan
    this.scan = scan
    this.#sorter = sorter
  }

  async read (visit: Visit, checkInterrupt: CheckInterrupt): Promise<'ended' | 'stopped'> {
    this.#sorted ??= await this.#collect(checkInterrupt)
    while (this.#at < this.#sorted.length) {
      if (!visit(this.#sorted[this.#at++])) return 'stopped'
    }
    return 'ended'
  }

  async #collect (checkInterrupt: CheckInterrupt): Promise<Match[]> {
    await this.scan.run(({ recordId, document }) => {
      this.#sorter.add(documentValue(document), { recordId: Buffer.from(recordId), document: Buffer.from(document) })
      return true
    }, checkInterrupt)
    return this.#sorter.result()
  }
}
