import { EngineError } from '../errors.js'
import type { Collection, Index, KeyPart } from '../storage/catalog.js'
import { isSameKey } from '../storage/index-spec.js'
import type { Sort } from '../query/sort.js'
import { Conditions } from './conditions.js'
import { arePoints, boundsOf, keyRanges, type Bounds, type PlannedRange } from './index-bounds.js'
import { orderOf } from './index-order.js'
import type { Query } from './matches.js'

/** Where the candidates of a query come from, in which order, and what remains to be done with them. */
export type Access =
  | { readonly kind: 'collection', readonly reverse: boolean }
  | IndexAccess

export interface IndexAccess {
  readonly kind: 'index'
  readonly index: Index
  /** In the order in which they are read. */
  readonly ranges: readonly PlannedRange[]
  readonly reverse: boolean
  /** Whether the ranges are read side by side, by what follows their prefixes in the keys, and not one after the other. */
  readonly isMerge: boolean
}

export interface Plan {
  readonly access: Access
  /** Whether the candidates arrive in the order of the sort, so that none has to be collected. */
  readonly sorted: boolean
}

/** An index by its name or by its key, or the natural order of the collection. */
export type Hint = { readonly name: string } | KeyHint

interface KeyHint { readonly key: readonly KeyPart[] }

interface Candidate extends Plan {
  readonly access: IndexAccess
  readonly score: Score
}

/** The first part in which two candidates differ decides. */
type Score = readonly [isUnique: number, equalities: number, hasRange: number, isSorted: number]

/**
 * Chooses a unique index of which all fields are known, then the index with the longest prefix of equalities, then the one with a range on the next field, then the one
 * that gives the order of the sort (engine README, "Planner"). There are no statistics and nothing is tried out: the
 * same query on the same indexes is always the same plan. Indexes only narrow: the filter is checked on every document.
 */
export function choosePlan (collection: Collection, query: Query): Plan {
  const { filter, sort, hint } = query
  const indexes = hint === undefined ? collection.indexes.filter(({ ready }) => ready) : hinted(collection, hint)
  const conditions = new Conditions(filter)
  const candidates = indexes.flatMap((index) => candidateFor(index, conditions, sort) ?? [])
  const useful = hint === undefined ? candidates.filter(({ score }) => score.some((part) => part > 0)) : candidates
  return useful.sort((a, b) => compareScores(b.score, a.score))[0] ?? collectionScan(query)
}

function collectionScan ({ sort, hint }: Query): Plan {
  const reverse = (naturalDirection(hint) ?? 1) < 0
  return { access: { kind: 'collection', reverse }, sorted: sort === undefined }
}

/** The indexes that a hint allows: none for the natural order. */
function hinted (collection: Collection, hint: Hint): Index[] {
  if (naturalDirection(hint) !== undefined) return []
  const index = collection.indexes.find((index) => index.ready && ('name' in hint ? index.name === hint.name : isSameKey(index.key, hint.key)))
  if (index === undefined) {
    throw new EngineError('BadValue', 'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index')
  }
  return [index]
}

/** 1 or -1 for `{ $natural: ±1 }`. */
function naturalDirection (hint: Hint | undefined): number | undefined {
  const isNatural = hint !== undefined && 'key' in hint && hint.key.length === 1 && hint.key[0].path === '$natural'
  return isNatural ? hint.key[0].direction : undefined
}

function candidateFor (index: Index, conditions: Conditions, sort: Sort | undefined): Candidate | undefined {
  if (!coversAll(index, conditions)) return undefined
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
  const isUnique = (index.unique || index.name === '_id_') && equalities === index.key.length
  return [Number(isUnique), equalities, Number(fields.length > equalities), Number(isSorted)]
}

/** A sparse or partial index may only be asked for documents that are certain to be in it. */
function coversAll (index: Index, conditions: Conditions): boolean {
  if (index.partialFilter !== undefined && !conditions.imply(index.partialFilter)) return false
  return !index.sparse || index.key.some(({ path }) => conditions.require(path))
}

function compareScores (left: Score, right: Score): number {
  const at = left.findIndex((part, at) => part !== right[at])
  return at === -1 ? 0 : left[at] - right[at]
}
