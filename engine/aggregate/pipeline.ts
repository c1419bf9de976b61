import { arrayElements, fields, isDocument, type Value } from '../bson/value.js'
import { EngineError, notImplemented } from '../errors.js'
import type { Environment, VariableNames } from '../expression/expression.js'
import { withNames } from '../expression/variables.js'
import { TEXT_SCORE } from '../query/text-score.js'
import type { Namespace } from '../storage/namespace.js'
import type { Parsing, Place, StageDefinition, Step } from './stage.js'
import { atlasStages, stages, unsupportedStages } from './stages/table.js'

/** How deep pipelines may lie inside each other, as in MongoDB (`kMaxSubPipelineViewDepth`). */
const MAX_DEPTH = 20

const MAX_STAGES = 1000

const definitions: ReadonlyMap<string, StageDefinition> = new Map(stages.map((stage) => [stage.name, stage]))

/** What a pipeline is parsed for. */
export interface PipelineContext {
  readonly database: string
  readonly namespace?: Namespace
  readonly place: Place
  /** Its variables are those that the expressions may use. */
  readonly environment: Environment
}

/**
 * Parses a pipeline with those inside of its stages.
 * @throws {EngineError} with MongoDB's code, NotImplemented for a stage that MongoDB has and this engine has not
 */
export function parsePipeline (pipeline: Value, context: PipelineContext): Step[] {
  return parseAt(pipeline, context, new Set(context.environment.variables.keys()), 0)
}

function parseAt (pipeline: Value, context: PipelineContext, scope: VariableNames, depth: number): Step[] {
  if (depth > MAX_DEPTH) throw new EngineError('MaxSubPipelineDepthExceeded', `Maximum number of nested sub-pipelines exceeded. Limit is ${MAX_DEPTH}`)
  const elements = arrayElements(pipeline)
  if (elements.length > MAX_STAGES) throw new EngineError(7749501, `Pipeline length must be no longer than ${MAX_STAGES} stages`)
  const steps: Step[] = []
  // Only a facet begins with documents of the pipeline around it, which may have been found by a $text.
  let names = context.place === '$facet' ? scope : withoutTextScore(scope)
  for (const element of elements) {
    const step = parseStage(element, {
      ...context,
      scope: names,
      parsePipeline: (inner, place, innerScope = names) => parseAt(inner, { ...context, place }, innerScope, depth + 1)
    })
    if (step.isTextSearch) names = withNames(names, [TEXT_SCORE])
    if (step.definition.makesOthers) names = withoutTextScore(names)
    steps.push(step)
  }
  steps.forEach((step, at) => checkPosition(step, at, steps.length, context.place))
  return steps
}

function withoutTextScore (names: VariableNames): VariableNames {
  return new Set([...names].filter((name) => name !== TEXT_SCORE))
}

function parseStage (element: Value, parsing: Parsing): Step {
  if (!isDocument(element)) throw new EngineError('TypeMismatch', "Each element of the 'pipeline' array must be an object")
  const members = [...fields(element)]
  if (members.length !== 1) throw new EngineError(40323, 'A pipeline stage specification object must contain exactly one field.')
  const [[name, specification]] = members
  const definition = definitions.get(name)
  if (definition === undefined) throw unknownStage(name)
  if (definition.notIn?.includes(parsing.place)) throw notAllowed(name, parsing.place)
  return { ...definition.parse(specification, parsing), definition, specification }
}

function unknownStage (name: string): EngineError {
  if (atlasStages.has(name)) return new EngineError(6047401, `${name} stage is only allowed on MongoDB Atlas`)
  return unsupportedStages.has(name)
    ? notImplemented(`${name} is`)
    : new EngineError(40324, `Unrecognized pipeline stage name: '${name}'`)
}

function notAllowed (name: string, place: Place): EngineError {
  switch (place) {
    case '$facet': return new EngineError(40600, `${name} is not allowed to be used within a $facet stage`)
    case '$lookup': return new EngineError(51047, `${name} is not allowed within a $lookup's sub-pipeline`)
    case 'view': return new EngineError('OptionNotSupportedOnView', `The aggregation stage ${name} in the pipeline is not allowed in a view definition`)
    case '$unionWith': return new EngineError(31441, `${name} is not allowed within a $unionWith's sub-pipeline`)
    default: return new EngineError('InvalidOptions', `${name} is not allowed to be used within an update`)
  }
}

function checkPosition ({ definition: { name, position }, isTextSearch = false }: Step, at: number, length: number, place: Place): void {
  if (isTextSearch && (at > 0 || place === '$facet')) throw new EngineError(17313, '$match with $text is only allowed as the first pipeline stage')
  if (position === 'first' && at > 0) throw new EngineError(40602, `${name} is only valid as the first stage in a pipeline`)
  if (position === 'last' && at < length - 1) throw new EngineError(40601, `${name} can only be the final stage in the pipeline`)
}
