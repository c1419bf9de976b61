import { describeCost, describePlan, type Finish, type Stage } from '../plan/explain.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import type { Namespace } from '../storage/namespace.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'

export const verbosities = ['queryPlanner', 'executionStats', 'allPlansExecution'] as const
export type Verbosity = typeof verbosities[number]

/** What is counted of the matches in place of returning them. */
const counters = { COUNT: 'nCounted', DELETE: 'nWouldDelete', UPDATE: 'nMatched' } as const

/** A command as the planner sees it. */
export interface Explained {
  readonly query: Query
  readonly finish: Finish
  /** Given if the matches are not what the command returns: what would be done with them. */
  readonly result?: keyof typeof counters
}

/** How a query is done and, unless only that is asked for, what it costs. */
export async function explainQuery (context: CommandContext, namespace: Namespace, { query, finish, result }: Explained, verbosity: Verbosity): Promise<Reply> {
  const collection = context.store.catalog.find(namespace)
  const matches = collection && openMatches(context.store, collection, query, { needed: finish.skip + finish.limit, isCount: finish.isCount, isExplained: true })
  const source = matches === undefined ? { stage: 'EOF' } : describePlan(matches.plan, query, finish)
  const winningPlan = result === undefined ? source : { stage: result, inputStage: source }
  const cost = verbosity === 'queryPlanner' ? undefined : await measure(context, matches, finish)
  return {
    queryPlanner: { namespace: namespace.toString(), winningPlan, rejectedPlans: [] },
    executionStats: cost && (result === undefined ? { ...cost, executionStages: winningPlan } : costWithResult(cost, result, source))
  }
}

/** A count or a write returns no documents: its stage counts those that it has found or would change. */
function costWithResult (cost: Reply, result: NonNullable<Explained['result']>, inputStage: Stage): Reply {
  return { ...cost, nReturned: 0, executionStages: { stage: result, nReturned: 0, [counters[result]]: cost.nReturned, inputStage } }
}

/** Runs the query as the command would, without keeping what it finds. */
async function measure (context: CommandContext, matches: Matches | undefined, { skip, limit }: Finish): Promise<Reply> {
  if (matches === undefined) return describeCost({ keysExamined: 0, documentsExamined: 0 }, 0, 0)
  const begin = performance.now()
  let found = 0
  await matches.read(() => ++found < skip + limit, () => context.checkInterrupt())
  return describeCost(matches.scan, Math.max(found - skip, 0), performance.now() - begin)
}
