import { EngineError } from '../errors.js'
import { searchIn, type Filter, type FilterNode } from '../query/filter.js'
import { textIndexRequired } from '../query/filter/text-node.js'
import type { Sort } from '../query/sort.js'
import type { Collection, Index, TextIndex } from '../storage/catalog.js'
import { successor } from '../storage/key.js'
import { termKey } from '../storage/text-keys.js'
import { TextSearch, type TextQuery } from '../text/search.js'
import { fieldIntervals } from './bounds.js'
import { Conditions, type Condition } from './conditions.js'
import { arePoints, keyRanges, type PlannedRange } from './index-bounds.js'
import type { Interval } from './interval.js'
import type { Query } from './matches.js'
import type { Access, Plan } from './planner.js'

/** What is read of an index of texts. */
export interface TextAccess {
  readonly kind: 'text'
  readonly index: Index
  readonly search: TextSearch
  /** The entries of the terms, one term after the other. */
  readonly ranges: readonly PlannedRange[]
}

type IndexOfTexts = Index & { readonly text: TextIndex }

/** How documents that fulfil a part of the filter without the `$text` are come by, other than by reading all. */
type FindWay = (condition: Condition) => Access | undefined

/**
 * The plan of a query with a `$text`, which only an index of texts can find; it gives the best matches first.
 * @throws {EngineError} IndexNotFound, NoQueryExecutionPlans, BadValue for what does not go with a `$text`
 */
export function planText (collection: Collection, { filter, sort, hint }: Query, text: TextQuery, findWay: FindWay): Plan {
  if (hint !== undefined) {
    throw new EngineError('BadValue', 'natural' in hint ? 'text expression not allowed with $natural sort order' : 'text and hint not allowed in same query')
  }
  const index = indexOfTexts(collection)
  const search = new TextSearch(text, index.text)
  const access = accessTo(filter, { index, search, findWay })
  return { access, filter: searchIn(filter, search), sorted: sort === undefined || (access.kind === 'text' && isByScore(sort, index)) }
}

interface Search {
  readonly index: IndexOfTexts
  readonly search: TextSearch
  readonly findWay: FindWay
}

/** Where a `$text` is in an `$or`, the other branches need ways of their own ("$text", "$or Expressions" of the manual). */
function accessTo ({ root, collation }: Condition, search: Search): Access {
  if (isRequired(root)) return textAccess(new Conditions({ root, collation }), search)
  if (root.kind === 'and') return accessTo({ root: root.nodes.find(hasSearch)!, collation }, search)
  const branches = branchesOf(root).map((branch) => hasSearch(branch) ? accessTo({ root: branch, collation }, search) : search.findWay({ root: branch, collation }))
  if (branches.some((branch) => branch === undefined)) throw cannotUse('Failed to produce a solution for TEXT under OR - other non-TEXT clauses under OR have to be indexed as well.')
  return { kind: 'union', branches: branches.filter((branch) => branch !== undefined) }
}

function textAccess (conditions: Conditions, { index, search }: Search): TextAccess {
  if (index.partialFilter !== undefined && !conditions.imply(index.partialFilter)) throw cannotUse(PREFIX_MISSING)
  return { kind: 'text', index, search, ranges: rangesOf(index.text, search, conditions) }
}

/** The filter as documents can be checked with it: a `$text` needs to know which of their texts are meant. */
export function searchable (collection: Collection, filter: Filter): Filter {
  return filter.text === undefined ? filter : searchIn(filter, new TextSearch(filter.text, indexOfTexts(collection).text))
}

function indexOfTexts ({ indexes }: Collection): IndexOfTexts {
  const index = indexes.find((index): index is IndexOfTexts => index.text !== undefined && index.ready && !index.hidden)
  if (index === undefined) throw textIndexRequired()
  return index
}

/** The fields before the texts must each be equal to something. */
function rangesOf ({ prefix }: TextIndex, { terms }: TextSearch, conditions: Conditions): PlannedRange[] {
  const fields = prefix.map(({ text: path }) => {
    const tests = conditions.on(path)
    const intervals = tests.some(({ operator }) => operator === '$eq') ? fieldIntervals(tests, { direction: 1, isHashed: false, multikey: false, collation: undefined, asked: conditions.collation }) : undefined
    if (intervals === undefined || !arePoints(intervals)) throw cannotUse(PREFIX_MISSING)
    return intervals
  })
  return terms.flatMap((term) => keyRanges([...fields, [pointOf(term)]]))
}

function pointOf (term: string): Interval {
  const start = termKey(term)
  return { start, end: successor(start), isPoint: true }
}

/** A document that is found by another branch of an `$or` need not have any of the terms. */
function isRequired (node: FilterNode): boolean {
  return node.kind === 'text' || (node.kind === 'and' && node.nodes.some(isRequired))
}

function hasSearch (node: FilterNode): boolean {
  return node.kind === 'text' || branchesOf(node).some(hasSearch)
}

function branchesOf (node: FilterNode): readonly FilterNode[] {
  return node.kind === 'and' || node.kind === 'or' ? node.nodes : []
}

/** The scores of keys that were cut are not known. */
function isByScore ({ keys }: Sort, { hasCutKeys }: Index): boolean {
  return !hasCutKeys && keys.length === 1 && keys[0].isTextScore
}

const PREFIX_MISSING = 'failed to use text index to satisfy $text query (if text index is compound, are equality predicates given for all prefix fields?)'

function cannotUse (reason: string): EngineError {
  return new EngineError('NoQueryExecutionPlans', `error processing query: planner returned error :: caused by :: ${reason}`)
}
