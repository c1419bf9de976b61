import { parsePipeline } from '../aggregate/pipeline.js'
import { arrayValue, buildDocument, documentValue, isDocument, isEmpty, type Value } from '../bson/value.js'
import { doubleValue, nearestDouble } from '../bson/number.js'
import type { Namespace } from '../storage/namespace.js'
import { openAggregation, type Aggregation } from './aggregation.js'
import type { Arguments } from './arguments.js'
import type { CommandContext } from './context.js'
import { readEnvironment } from './let.js'
import { PipelineSource } from './pipeline-source.js'
import { readCollationOf, readHint } from './query-arguments.js'

/** The stages that do what the arguments of a query say, in the order in which they are done. */
const stagesOf = {
  find: [['$match', 'filter'], ['$sort', 'sort'], ['$skip', 'skip'], ['$limit', 'limit'], ['$project', 'projection']],
  count: [['$match', 'query'], ['$skip', 'skip'], ['$limit', 'limit']],
  distinct: [['$match', 'query']]
} as const

export type ViewQuery = keyof typeof stagesOf

export function isViewQuery (command: string): command is ViewQuery {
  return Object.hasOwn(stagesOf, command)
}

/**
 * A query upon a view, as the aggregation that it stands for. What only queries can do (`$elemMatch` in a projection,
 * say) is refused, as on MongoDB.
 * @throws {EngineError} for what cannot be parsed
 */
export function viewAggregation ({ data, database, now }: CommandContext, namespace: Namespace, command: ViewQuery, args: Arguments): Aggregation {
  const environment = readEnvironment(args, now, readCollationOf(args, data.catalog.view(namespace)))
  const pipeline = arrayValue(stagesOf[command].flatMap(([stage, argument]) => stageFor(stage, args.value(argument))))
  const steps = parsePipeline(pipeline, { database, place: 'command', environment })
  return { namespace, steps, options: { hint: readHint(args.value('hint')) }, environment }
}

/** The results of a query upon a view, for a cursor. */
export function viewSource (context: CommandContext, namespace: Namespace, command: ViewQuery): PipelineSource {
  const { output, pace } = openAggregation(context, viewAggregation(context, namespace, command, context.args))
  return new PipelineSource(output, pace)
}

/** Visits all results of a query upon a view. */
export async function forEachInView (context: CommandContext, namespace: Namespace, command: ViewQuery, visit: (document: Value) => void): Promise<void> {
  const { output } = openAggregation(context, viewAggregation(context, namespace, command, context.args))
  for await (const batch of output) batch.forEach(visit)
}

/** `{}` and 0 ask for nothing; a negative limit is its positive twin. */
function stageFor (name: string, value: Value | undefined): Value[] {
  if (value === undefined) return []
  if (isDocument(value)) return isEmpty(value) ? [] : [stage(name, value)]
  const number = Math.abs(Math.trunc(nearestDouble(value)))
  return number > 0 ? [stage(name, doubleValue(number))] : []
}

function stage (name: string, specification: Value): Value {
  return documentValue(buildDocument([[name, specification]]))
}
