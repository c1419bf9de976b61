import { isTruthy } from '../../bson/number.js'
import { documentContext, parseExpression } from '../../expression/expression.js'
import { EngineError } from '../../errors.js'
import type { FilterNode } from './node.js'
import type { ParseClause } from './operator.js'

/** `$expr`: an aggregation expression as a condition on whole documents. */
export const expressionClauses: Readonly<Record<string, ParseClause>> = {
  $expr (_name, operand, { environment }): FilterNode {
    if (environment === undefined) throw new EngineError('QueryFeatureNotAllowed', '$expr is not allowed in this context')
    const { evaluate } = parseExpression(operand, new Set(environment.variables.keys()))
    return {
      kind: 'expression',
      holds (document) {
        const value = evaluate(documentContext(document, environment))
        return value !== undefined && isTruthy(value)
      }
    }
  }
}
