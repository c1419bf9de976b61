import { boolValue } from '../../bson/scalar.js'
import { int32Value } from '../../bson/number.js'
import { compareOperands } from '../operand.js'
import { binary, type Operators, type ParseOperator } from '../operator.js'

/** Comparisons by the order of all values: other than in queries, the types are not kept apart. */
export const comparisonOperators: Operators = {
  $cmp: binary((left, right, _name, collation) => int32Value(Math.sign(compareOperands(left, right, collation)))),
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0)
}

function comparison (holds: (order: number) => boolean): ParseOperator {
  return binary((left, right, _name, collation) => boolValue(holds(compareOperands(left, right, collation))))
}
