import { openPipeline } from '../aggregate/open-pipeline.js'
import type { Batches } from '../aggregate/batches.js'
import { Pace } from '../aggregate/pace.js'
import { parsePipeline } from '../aggregate/pipeline.js'
import type { QueryOptions } from '../aggregate/query.js'
import type { Step } from '../aggregate/stage.js'
import { originFinder } from '../aggregate/views.js'
import { nearestDouble } from '../bson/number.js'
import { BsonType } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { Catalog } from '../storage/catalog.js'
import { Namespace } from '../storage/namespace.js'
import type { Arguments } from './arguments.js'
import { readConcernLevel } from './concerns.js'
import type { CommandContext } from './context.js'
import { readEnvironment } from './let.js'
import { readCollationOf, readHint } from './query-arguments.js'
import { readOnInvalid } from './statements.js'

/** What an aggregate command asks for. */
export interface Aggregation {
  /** `undefined` for `{ aggregate: 1 }`, a pipeline whose first stage has documents of its own. */
  readonly namespace: Namespace | undefined
  readonly steps: readonly Step[]
  readonly options: QueryOptions
  readonly environment: Environment
}

/**
 * Reads what a pipeline is to do, also for explain.
 * @throws {EngineError} for what cannot be parsed or is not implemented
 */
export function readAggregation (args: Arguments, database: string, now: Date, catalog: Catalog, isExplained: boolean): Aggregation {
  if (isExplained && args.has('writeConcern')) throw new EngineError('FailedToParse', "Aggregation explain does not support the 'writeConcern' option")
  const namespace = readNamespace(args, database)
  const environment = readEnvironment(args, now, readCollationOf(args, namespace && catalog.entry(namespace)))
  const steps = parsePipeline(args.requiredValue('pipeline'), { database, namespace, place: 'command', environment })
  checkSource(namespace, steps)
  checkReadConcernOf(steps, args)
  checkApiOf(steps, args)
  return { namespace, steps, options: { hint: readHint(args.value('hint')) }, environment }
}

/** Starts a pipeline; `pace` is that of whoever reads its output. */
export function openAggregation (context: CommandContext, { namespace, steps, environment, options }: Aggregation): { output: Batches, pace: Pace } {
  const { data, services } = context
  const pace = new Pace(() => context.checkInterrupt())
  const operation = { ...environment, data, pace, server: services, onInvalid: readOnInvalid(context), originOf: originFinder(data, environment) }
  return { output: openPipeline(steps, namespace, operation, options), pace }
}

/** `undefined` for `{ aggregate: 1 }`. */
export function readNamespace (args: Arguments, database: string): Namespace | undefined {
  const given = args.requiredValue('aggregate')
  if (given.type === BsonType.string) return new Namespace(database, args.requiredString('aggregate'))
  if (nearestDouble(given) === 1) return undefined
  throw new EngineError('FailedToParse', "Invalid command format: the 'aggregate' field must specify a collection name or 1")
}

/** What is read for a collection that is written cannot be confirmed by a majority at the end. */
function checkReadConcernOf (steps: readonly Step[], args: Arguments): void {
  const writer = steps.find(({ definition: { name } }) => name === '$out' || name === '$merge')
  const concern = args.document('readConcern')
  if (writer !== undefined && concern !== undefined && readConcernLevel(concern) === 'linearizable') {
    throw new EngineError('InvalidOptions', `${writer.definition.name} cannot be used with a 'linearizable' read concern level`)
  }
}

/** @throws {EngineError} APIStrictError for a stage that a client with `apiStrict` may not use */
export function checkApiOf (steps: readonly Step[], args: Arguments): void {
  const outside = steps.find(({ definition, isOutsideApi = definition.isOutsideApi }) => isOutsideApi)
  if (outside !== undefined && args.bool('apiStrict')) {
    throw new EngineError('APIStrictError', `stage ${outside.definition.name} is not allowed with 'apiStrict: true' in API Version 1`)
  }
}

function checkSource (namespace: Namespace | undefined, [first]: readonly Step[]): void {
  const name = first?.definition.name
  if (namespace === undefined && first === undefined) throw new EngineError('InvalidNamespace', '{aggregate: 1} is not valid for an empty pipeline.')
  if (namespace === undefined && !first.definition.isSource) {
    throw new EngineError('InvalidNamespace', `{aggregate: 1} is not valid for '${name}'; a collection is required.`)
  }
  if (namespace !== undefined && first?.definition.isSource) {
    throw new EngineError('InvalidNamespace', `'${name}' can only be run with {aggregate: 1}`)
  }
}
