import { boolValue } from '../../bson/scalar.js'
import { isTrue } from '../operand.js'
import { lazy, unary, type Operators } from '../operator.js'

export const booleanOperators: Operators = {
  $and: lazy((operands, context) => boolValue(operands.every((operand) => isTrue(operand.evaluate(context))))),
  $or: lazy((operands, context) => boolValue(operands.some((operand) => isTrue(operand.evaluate(context))))),
  $not: unary((operand) => boolValue(!isTrue(operand)))
}
