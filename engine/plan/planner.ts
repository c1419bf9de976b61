import { equalValues } from '../bson/order.js'
import { documentValue, findField, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection, Index } from '../storage/catalog.js'
import type { Filter } from '../query/filter.js'
import type { Sort } from '../query/sort.js'
import { spend } from '../stretch.js'
import { Conditions, type Condition } from './conditions.js'
import { planByIds } from './ids.js'
import { arePoints, boundsOf, keyRanges, type Bounds, type PlannedRange } from './index-bounds.js'
import { orderOf } from './index-order.js'
import { withinLimits } from './key-limits.js'
import type { Query } from './matches.js'
import { planText, type TextAccess } from './text-plan.js'

/** Where the candidates of a query come from, in which order. */
export type Access = CollectionAccess | IdAccess | IndexAccess | TextAccess | UnionAccess

export interface CollectionAccess {
  readonly kind: 'collection'
  readonly reverse: boolean
}

export interface IdAccess {
  readonly kind: 'ids'
  /** In the order in which they are read. */
  readonly recordIds: readonly Buffer[]
}

export interface IndexAccess {
  readonly kind: 'index'
  readonly index: Index
  /** In the order in which they are read. */
  readonly ranges: readonly PlannedRange[]
  readonly reverse: boolean
  /** Whether the ranges are read side by side, by what follows their prefixes in the keys, and not one after the other. */
  readonly isMerge: boolean
}

/** Several ways to documents, each of which counts once. */
export interface UnionAccess {
  readonly kind: 'union'
  readonly branches: readonly Access[]
}

/** How the candidates are come by. */
export interface Way {
  readonly access: Access
  /** Whether the candidates arrive in the order of the sort, so that none has to be collected. */
  readonly sorted: boolean
}

export interface Plan extends Way {
  /** What each candidate is checked with. */
  readonly filter: Filter
}

/** An index by its name or by its key, or the natural order of the collection, 1 or -1. */
export type Hint = { readonly name: string } | { readonly key: Value } | { readonly natural: number }

interface Candidate extends Way {
  readonly access: IndexAccess
  readonly score: Score
}

/** The first part in which two candidates differ decides. */
type Score = readonly [isUnique: number, equalities: number, hasRange: number, isSorted: number]

/**
 * Takes the documents of given ids; else chooses a unique index of which all fields are known, then the index with the
 * longest prefix of equalities, then the one with a range on the next field, then the one that gives the order of the
 * sort, then such a way for each branch of an `$or` (engine README, "Planner"). There are no statistics and nothing is tried out: the same query on the same indexes
 * is always the same plan. Indexes only narrow: the filter is checked on every document. A `$text` leaves no choice.
 * @throws {EngineError} BadValue for a hint that names no index; IndexNotFound, NoQueryExecutionPlans for a `$text`
 */
export function choosePlan (collection: Collection, query: Query): Plan {
  const { filter } = query
  if (filter.text === undefined) {
    const { access, sorted } = chooseWay(collection, query)
    return { access, sorted, filter }
  }
  return planText(collection, query, filter.text, (condition) => usefulWay(collection, condition)?.access)
}

function chooseWay (collection: Collection, query: Query): Way {
  const { filter, sort, hint } = query
  if (hint !== undefined) return hintedWay(collection, query, hint)
  return usefulWay(collection, filter, sort) ?? { access: { kind: 'collection', reverse: false }, sorted: sort === undefined }
}

/** A way that leads past some documents, or to all in the order of the sort. */
function usefulWay (collection: Collection, condition: Condition, sort?: Sort): Way | undefined {
  spend(1)
  const byIds = collection.recordIds === 'id' ? planByIds(collection, condition, sort) : undefined
  return byIds ?? bestCandidate(collection, new Conditions(condition), sort) ?? unionOf(collection, condition, sort)
}

/** The ways of the branches of an `$or` that every result fulfils, if each has one. */
function unionOf (collection: Collection, { root, collation }: Condition, sort: Sort | undefined): Way | undefined {
  for (const node of root.kind === 'and' ? root.nodes : [root]) {
    if (node.kind !== 'or') continue
    const branches = node.nodes.map((branch) => usefulWay(collection, { root: branch, collation })?.access)
    if (branches.every((branch) => branch !== undefined)) return { access: { kind: 'union', branches }, sorted: sort === undefined }
  }
  return undefined
}

function bestCandidate (collection: Collection, conditions: Conditions, sort: Sort | undefined): Candidate | undefined {
  let best: Candidate | undefined
  for (const index of collection.indexes) {
    if (!index.ready || index.hidden || index.text !== undefined || !coversAll(index, conditions)) continue
    const candidate = candidateFor(index, conditions, sort)
    if (isUseful(candidate) && (best === undefined || isBetter(candidate, best))) best = candidate
  }
  return best
}

/** Obeys a hint, even one that leaves out documents which are not in the index ("Sparse Indexes" of the manual). */
function hintedWay (collection: Collection, { filter, sort, limits }: Query, hint: Hint): Way {
  if ('natural' in hint) return { access: { kind: 'collection', reverse: hint.natural < 0 }, sorted: sort === undefined }
  const way = candidateFor(hintedIndex(collection, hint), new Conditions(filter), sort)
  return limits === undefined ? way : { ...way, access: withinLimits(way.access, limits) }
}

function hintedIndex ({ indexes }: Collection, hint: { readonly name: string } | { readonly key: Value }): Index {
  const [index, ...others] = indexes.filter((index) => index.ready && !index.hidden && index.text === undefined &&
    ('name' in hint ? index.name === hint.name : equalValues(findField(documentValue(index.spec), 'key'), hint.key)))
  if (index === undefined) {
    throw new EngineError('BadValue', 'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index')
  }
  if (others.length > 0) throw new EngineError('IndexNotFound', 'Hint matched multiple indexes, must hint by index name.')
  return index
}

function candidateFor (index: Index, conditions: Conditions, sort: Sort | undefined): Candidate {
  const bounds = boundsOf(index, conditions)
  const order = orderOf(index, bounds, sort)
  const ranges = keyRanges(bounds.fields)
  return {
    access: { kind: 'index', index, ranges: order.reverse ? ranges.reverse() : ranges, reverse: order.reverse, isMerge: order.isMerge },
    sorted: order.sorted,
    score: scoreOf(index, bounds, sort !== undefined && order.sorted)
  }
}

function scoreOf (index: Index, { fields }: Bounds, isSorted: boolean): Score {
  const equalities = fields.filter(arePoints).length
  const isUnique = index.unique && equalities === index.key.length
  return [Number(isUnique), equalities, Number(fields.length > equalities), Number(isSorted)]
}

/** A sparse or partial index may only be asked for documents that are certain to be in it. */
function coversAll (index: Index, conditions: Conditions): boolean {
  if (index.partialFilter !== undefined && !conditions.imply(index.partialFilter)) return false
  return !index.sparse || index.key.some(({ path }) => conditions.require(path))
}

function isUseful ({ score }: Candidate): boolean {
  return score.some((part) => part > 0)
}

/** Of two that are equally good the older index is taken. */
function isBetter ({ score }: Candidate, { score: best }: Candidate): boolean {
  const at = score.findIndex((part, at) => part !== best[at])
  return at !== -1 && score[at] > best[at]
}
