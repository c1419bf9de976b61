import { accumulatorOperators } from './operators/accumulator.js'
import { arithmeticOperators } from './operators/arithmetic.js'
import { arrayOrderOperators } from './operators/array-order.js'
import { arrayOperators } from './operators/array.js'
import { booleanOperators } from './operators/boolean.js'
import { comparisonOperators } from './operators/comparison.js'
import { conditionalOperators } from './operators/conditional.js'
import { dateArithmeticOperators } from './operators/date-arithmetic.js'
import { dateFormOperators } from './operators/date-form.js'
import { datePartOperators } from './operators/date-part.js'
import { iterationOperators } from './operators/iteration.js'
import { literalOperators } from './operators/literal.js'
import { logarithmOperators } from './operators/logarithm.js'
import { miscellaneousOperators } from './operators/miscellaneous.js'
import { objectOperators } from './operators/object.js'
import { regexOperators } from './operators/regex.js'
import { setOperators } from './operators/set.js'
import { stringChangeOperators } from './operators/string-change.js'
import { stringOperators } from './operators/string.js'
import { trigonometryOperators } from './operators/trigonometry.js'
import { typeOperators } from './operators/type.js'
import { unsupportedOperators } from './operators/unsupported.js'
import type { ParseOperator } from './operator.js'

/** The operators of expressions, by the families of MongoDB's manual. */
export const operators: ReadonlyMap<string, ParseOperator> = new Map(Object.entries({
  ...accumulatorOperators,
  ...arithmeticOperators,
  ...arrayOperators,
  ...arrayOrderOperators,
  ...booleanOperators,
  ...comparisonOperators,
  ...conditionalOperators,
  ...dateArithmeticOperators,
  ...dateFormOperators,
  ...datePartOperators,
  ...iterationOperators,
  ...literalOperators,
  ...logarithmOperators,
  ...miscellaneousOperators,
  ...objectOperators,
  ...regexOperators,
  ...setOperators,
  ...stringChangeOperators,
  ...stringOperators,
  ...trigonometryOperators,
  ...typeOperators,
  ...unsupportedOperators
}))
