import { arrayValue, buildDocument, documentValue, isEmpty, type Value } from '../bson/value.js'
import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import { matchValue } from '../plan/scan.js'
import type { Hint } from '../plan/planner.js'
import type { Environment } from '../expression/expression.js'
import { parseFilter } from '../query/filter.js'
import type { Sort } from '../query/sort.js'
import type { Collection } from '../storage/catalog.js'
import { expressionEqualities } from './expression-equalities.js'
import { BatchBuilder, type Batches } from './batches.js'
import type { Operation } from './operation.js'
import type { Step } from './stage.js'

/** What the first stages of a pipeline ask of its collection, and the stages that are left. */
export interface LeadingQuery {
  readonly query: Query
  /** Whether nothing is filtered, so that the documents need not be read to be counted; a hint may name an index that leaves some out. */
  readonly isUnfiltered: boolean
  readonly skip: number
  /** Infinity for all. */
  readonly limit: number
  readonly rest: readonly Step[]
}

/** What is asked for beside what the stages say. */
export interface QueryOptions {
  readonly hint?: Hint
}

/**
 * Splits off the stages that the planner can do with indexes: `$match` and `$sort` in any order, then `$skip` and
 * `$limit`. A second `$sort` is not among them.
 */
export function splitQuery (steps: readonly Step[], environment: Environment, { hint }: QueryOptions = {}): LeadingQuery {
  const filters: Value[] = []
  let sort: Sort | undefined
  let [skip, limit, at] = [0, Infinity, 0]
  for (; at < steps.length; at++) {
    const { clause } = steps[at]
    const isWindowed = skip > 0 || limit < Infinity
    if (clause?.kind === 'filter' && !isWindowed) {
      filters.push(clause.filter, ...expressionEqualities(clause.filter, environment))
    } else if (clause?.kind === 'sort' && !isWindowed && sort === undefined) {
      sort = clause.sort
    } else if (clause?.kind === 'skip') {
      skip += clause.count
      limit = Math.max(limit - clause.count, 0)
    } else if (clause?.kind === 'limit') {
      limit = Math.min(limit, clause.count)
    } else break
  }
  const filter = allOf(filters.filter((filter) => !isEmpty(filter)))
  return { query: { filter: parseFilter(filter, environment), sort, hint }, isUnfiltered: isEmpty(filter) && hint === undefined, skip, limit, rest: steps.slice(at) }
}

function allOf (filters: readonly Value[]): Value {
  if (filters.length < 2) return filters[0] ?? EMPTY_DOCUMENT
  return documentValue(buildDocument([['$and', arrayValue(filters)]]))
}

export function openQuery ({ data }: Operation, collection: Collection, { query, skip, limit }: LeadingQuery): Matches {
  return openMatches(data, collection, query, { needed: skip + limit })
}

/** The documents of a query, in batches. */
export async function * readQuery (operation: Operation, collection: Collection, leading: LeadingQuery): Batches {
  const { pace } = operation
  const matches = openQuery(operation, collection, leading)
  let { skip, limit: left } = leading
  while (left > 0) {
    const batch = new BatchBuilder()
    const state = await matches.read((match) => {
      if (skip > 0) return skip-- > 0
      left--
      return !batch.add(matchValue(match)) && left > 0
    }, () => pace.checkInterrupt())
    yield batch.take()
    if (state === 'ended') return
    if (pace.isDue) await pace.rest()
  }
}

/** How many documents a query has: none of them is copied, and none is read without a filter, or with one of which an index tells all. */
export async function countQuery ({ data, pace }: Operation, collection: Collection, { query, isUnfiltered, skip, limit }: LeadingQuery): Promise<number> {
  let found = 0
  if (isUnfiltered) found = data.read.count(collection)
  else if (limit > 0) await openMatches(data, collection, { ...query, sort: undefined }, { isCount: true }).read(() => ++found < skip + limit, () => pace.checkInterrupt())
  return Math.min(Math.max(found - skip, 0), limit)
}
