import { documentValue } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { documentContext } from '../expression/expression.js'
import type { Shape } from '../expression/object-projection.js'
import { map } from './batches.js'
import type { Stage } from './stage.js'

/** A stage that gives each document another shape. */
export function shapingStage (shape: Shape): Stage {
  const change: Stage['change'] = (document, environment) => documentValue(shape(document, documentContext(document, environment)))
  return { change, run: (input, operation) => map(input, operation, (document) => change(document, operation)) }
}

/** Parses, and says in errors which stage could not be. */
export function parseShape (stage: string, parse: () => Shape): Shape {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    throw new EngineError(error.code, `Invalid ${stage} :: caused by :: ${error.message}`, error.members)
  }
}
