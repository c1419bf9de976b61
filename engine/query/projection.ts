import type { Value } from '../bson/value.js'
import { documentContext, type Environment } from '../expression/expression.js'
import type { Filter } from './filter.js'
import { ProjectionParser } from './projection/parse.js'
import { shapeOf } from './projection/shape.js'
import { TEXT_SCORE } from './text-score.js'

/** Makes the answer from a document: a document of its own, whose values are copied byte for byte. */
export type Projection = (document: Value) => Buffer

/**
 * Parses the projection of a find: inclusion or exclusion, computed fields, `$slice`, `$elemMatch` and the positional
 * operator.
 * @param filter the query's, which a positional operator and the score of a `$text` need
 * @param environment the operation's, for the expressions
 * @throws {EngineError} as MongoDB does
 */
export function parseProjection (specification: Value, filter?: Filter, environment: Environment = { now: new Date(), variables: new Map() }): Projection {
  const scope = new Set([...environment.variables.keys(), ...filter?.text === undefined ? [] : [TEXT_SCORE]])
  const shape = shapeOf(new ProjectionParser({ dialect: 'find', filter, scope, collation: environment.collation }).parse(specification))
  return (document) => shape(document, documentContext(document, environment))
}
