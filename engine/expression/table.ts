import { booleanOperators } from './operators/boolean.js'
import { comparisonOperators } from './operators/comparison.js'
import { conditionalOperators } from './operators/conditional.js'
import { literalOperators } from './operators/literal.js'
import { unsupportedOperators } from './operators/unsupported.js'
import type { ParseOperator } from './operator.js'

/** The operators of expressions, by the families of MongoDB's manual. */
export const operators: ReadonlyMap<string, ParseOperator> = new Map(Object.entries({
  ...booleanOperators,
  ...comparisonOperators,
  ...conditionalOperators,
  ...literalOperators,
  ...unsupportedOperators
}))
