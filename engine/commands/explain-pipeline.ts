import { splitQuery } from '../aggregate/query.js'
import { originFinder } from '../aggregate/views.js'
import { EngineError } from '../errors.js'
import type { Reply } from '../wire/reply.js'
import type { Aggregation } from './aggregation.js'
import type { CommandContext } from './context.js'
import { explainQuery, type Verbosity } from './explain-query.js'

/**
 * The plan of the stages that are done as a query, and behind it the others as they were given. Only the query is run
 * to be measured.
 */
export async function explainPipeline (context: CommandContext, { namespace, steps, environment, options }: Aggregation, verbosity: Verbosity): Promise<Reply> {
  if (namespace === undefined) throw new EngineError('NotImplemented', 'a pipeline without a collection is not explained by this engine')
  const origin = originFinder(context.store, environment)(namespace)
  const { query, skip, limit, rest } = splitQuery([...origin.steps, ...steps], environment, options)
  const explained = await explainQuery(context, origin.namespace, { query, finish: { skip, limit, isProjected: false } }, verbosity)
  if (rest.length === 0) return explained
  return { stages: [{ $cursor: explained }, ...rest.map(({ definition, specification }) => ({ [definition.name]: specification }))] }
}
