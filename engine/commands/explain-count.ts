import { describeCost, type Finish } from '../plan/explain.js'
import type { Collection } from '../storage/catalog.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import { window } from './count.js'
import type { Verbosity } from './explain-query.js'

const stage = 'RECORD_STORE_FAST_COUNT'

/** A count of all documents looks at none of them: the counter of the collection is the answer. */
export function explainCountOfAll ({ store }: CommandContext, collection: Collection, { skip, limit }: Finish, verbosity: Verbosity): Reply {
  return {
    queryPlanner: { namespace: String(collection.namespace), winningPlan: { stage }, rejectedPlans: [] },
    executionStats: verbosity === 'queryPlanner'
      ? undefined
      : {
          ...describeCost({ keysExamined: 0, documentsExamined: 0 }, 0, 0),
          executionStages: { stage, nReturned: 0, nCounted: window(store.read.count(collection), skip, limit), nSkipped: skip }
        }
  }
}
