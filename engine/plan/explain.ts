import { documentValue, findField } from '../bson/value.js'
import { isCovered } from './covered.js'
import type { Query } from './matches.js'
import type { Access, IndexAccess, Plan } from './planner.js'
import type { Scan } from './scan.js'
import type { TextAccess } from './text-plan.js'

/** A stage of a plan as MongoDB's explain shows it: what it does, and to the results of which other. */
export interface Stage {
  readonly stage: string
  readonly inputStage?: Stage
  readonly inputStages?: readonly Stage[]
  readonly [detail: string]: unknown
}

/** What is done with the matches of a query. */
export interface Finish {
  readonly skip: number
  readonly limit: number
  readonly isProjected: boolean
  /** Whether the matches are only counted. */
  readonly isCount?: boolean
}

/** The stages of a query, the last one outside. */
export function describePlan (plan: Plan, query: Query, { skip, limit, isProjected, isCount = false }: Finish): Stage {
  if (isCount && plan.access.kind === 'index' && isCovered(plan)) return describeIndexScan(plan.access, 'COUNT_SCAN')
  let stage = describeAccess(plan.access)
  if (plan.access.kind === 'union' && query.filter.root.kind === 'or') stage = { stage: 'SUBPLAN', inputStage: stage }
  if (!plan.sorted && query.sort !== undefined) {
    const sortPattern = Object.fromEntries(query.sort.keys.map(({ path, direction, isTextScore }) => [path, isTextScore ? { $meta: 'textScore' } : direction]))
    stage = { stage: 'SORT', sortPattern, ...(limit !== Infinity && { limitAmount: skip + limit }), inputStage: stage }
  }
  if (isCount) return stage
  if (skip > 0) stage = { stage: 'SKIP', skipAmount: skip, inputStage: stage }
  if (limit !== Infinity) stage = { stage: 'LIMIT', limitAmount: limit, inputStage: stage }
  return isProjected ? { stage: 'PROJECTION_DEFAULT', inputStage: stage } : stage
}

/** What running a query has cost, in milliseconds and in what was looked at. */
export function describeCost (examined: Pick<Scan, 'keysExamined' | 'documentsExamined'>, nReturned: number, milliseconds: number): Record<string, unknown> {
  return {
    executionSuccess: true,
    nReturned,
    executionTimeMillis: Math.round(milliseconds),
    totalKeysExamined: examined.keysExamined,
    totalDocsExamined: examined.documentsExamined
  }
}

function describeAccess (access: Access): Stage {
  switch (access.kind) {
    case 'collection': return { stage: 'COLLSCAN', direction: access.reverse ? 'backward' : 'forward' }
    case 'text': return describeTextMatch(access)
    case 'union': return { stage: 'FETCH', inputStage: { stage: 'OR', inputStages: access.branches.map(describeBranch) } }
    case 'ids': return { stage: 'IDHACK', idsLookedUp: access.recordIds.length }
    case 'index': {
      const scan = describeIndexScan(access)
      return { stage: 'FETCH', inputStage: access.isMerge ? { stage: 'SORT_MERGE', inputStage: scan } : scan }
    }
  }
}

/** The documents are fetched behind all branches. */
function describeBranch (access: Access): Stage {
  const stage = describeAccess(access)
  return stage.stage === 'FETCH' ? stage.inputStage! : stage
}

function describeTextMatch ({ index, search, ranges }: TextAccess): Stage {
  const { terms, negatedTerms, phrases, negatedPhrases } = search
  const scan = describeIndexScan({ index, ranges, reverse: false })
  return {
    stage: 'TEXT_MATCH',
    indexName: index.name,
    parsedTextQuery: { terms, negatedTerms, phrases, negatedPhrases },
    textIndexVersion: 3,
    inputStage: { stage: 'TEXT_OR', inputStage: scan }
  }
}

function describeIndexScan ({ index, ranges, reverse }: Pick<IndexAccess, 'index' | 'ranges' | 'reverse'>, stage = 'IXSCAN'): Stage {
  return {
    stage,
    keyPattern: findField(documentValue(index.spec), 'key'),
    indexName: index.name,
    ...(index.collation && { collation: index.collation.specification }),
    isMultiKey: index.multikeyPaths.size > 0,
    isUnique: index.unique,
    isSparse: index.sparse,
    isPartial: index.partialFilter !== undefined,
    direction: reverse ? 'backward' : 'forward',
    rangesScanned: ranges.length
  }
}
