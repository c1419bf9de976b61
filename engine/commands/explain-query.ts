import { describeCost, describePlan, type Finish } from '../plan/explain.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import type { Namespace } from '../storage/namespace.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'

export const verbosities = ['queryPlanner', 'executionStats', 'allPlansExecution'] as const
export type Verbosity = typeof verbosities[number]

/** A command as the planner sees it. */
export interface Explained {
  readonly query: Query
  readonly finish: Finish
}

/** How a query is done and, unless only that is asked for, what it costs. */
export async function explainQuery (context: CommandContext, namespace: Namespace, { query, finish }: Explained, verbosity: Verbosity): Promise<Reply> {
  const collection = context.store.catalog.find(namespace)
  const matches = collection && openMatches(context.store, collection, query, { needed: finish.skip + finish.limit })
  const winningPlan = matches === undefined ? { stage: 'EOF' } : describePlan(matches.plan, query, finish)
  const cost = verbosity === 'queryPlanner' ? undefined : await measure(context, matches, finish)
  return {
    queryPlanner: { namespace: namespace.toString(), winningPlan, rejectedPlans: [] },
    executionStats: cost && { ...cost, executionStages: winningPlan }
  }
}

/** Runs the query as the command would, without keeping what it finds. */
async function measure (context: CommandContext, matches: Matches | undefined, { skip, limit }: Finish): Promise<Reply> {
  if (matches === undefined) return describeCost({ keysExamined: 0, documentsExamined: 0 }, 0, 0)
  const begin = performance.now()
  let found = 0
  await matches.read(() => ++found < skip + limit, () => context.checkInterrupt())
  return describeCost(matches.scan, Math.max(found - skip, 0), performance.now() - begin)
}
