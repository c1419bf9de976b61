import type { Value } from '../bson/value.js'
import type { Expression, VariableNames } from './evaluation.js'
import { parse } from './parse.js'

export { documentContext, type Environment, type EvaluationContext, type Expression, type Operand, type VariableNames } from './evaluation.js'

const NO_NAMES: VariableNames = new Set()

/**
 * Parses an aggregation expression.
 * @param scope the variables that it may use beside the system's; KEEP, PRUNE and DESCEND can be among them
 * @throws {EngineError} with MongoDB's code and wording, NotImplemented for what MongoDB has and this engine has not
 */
export function parseExpression (expression: Value, scope: VariableNames = NO_NAMES): Expression {
  return parse(expression, scope)
}
