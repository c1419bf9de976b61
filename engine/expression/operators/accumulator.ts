import { doubleValue, isNumber, nearestDouble } from '../../bson/number.js'
import { compareValues } from '../../bson/order.js'
import { NULL } from '../../bson/scalar.js'
import { arrayElements, isArray, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import type { Operand } from '../evaluation.js'
import { isNullish } from '../operand.js'
import { variadic, type Operators, type ParseOperator } from '../operator.js'
import { Total } from '../total.js'

/** Accumulators as expressions: of an array, if that is all they are given, or of all their operands. */
export const accumulatorOperators: Operators = {
  $avg: ofValues((values) => totalOf(values).average()),
  $max: ofValues((values, collation) => extreme(values, -1, collation)),
  $min: ofValues((values, collation) => extreme(values, 1, collation)),
  $stdDevPop: ofValues((values) => deviation(values, 0)),
  $stdDevSamp: ofValues((values) => deviation(values, 1)),
  $sum: ofValues((values) => totalOf(values).sum())
}

function ofValues (gather: (values: readonly Operand[], collation: Collation | undefined) => Value): ParseOperator {
  return variadic((operands, _name, collation) => {
    const [only] = operands
    return gather(operands.length === 1 && isArray(only) ? arrayElements(only) : operands, collation)
  })
}

function totalOf (values: readonly Operand[]): Total {
  const total = new Total()
  for (const value of values) total.add(value)
  return total
}

function extreme (values: readonly Operand[], direction: 1 | -1, collation: Collation | undefined): Value {
  return values.reduce<Value>((best, value) => {
    return isNullish(value) || (!isNullish(best) && compareValues(value, best, collation) * direction >= 0) ? best : value
  }, NULL)
}

/** @param correction 1 when the values are a sample of more (Bessel's correction) */
function deviation (values: readonly Operand[], correction: 0 | 1): Value {
  const numbers = values.flatMap((value) => value !== undefined && isNumber(value) ? [nearestDouble(value)] : [])
  const divisor = numbers.length - correction
  if (divisor <= 0) return NULL
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0)
  return doubleValue(Math.sqrt(squares / divisor))
}
