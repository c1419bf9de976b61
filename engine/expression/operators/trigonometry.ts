import { describe } from '../../bson/describe.js'
import { doubleValue, isNumber, nearestDouble } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import type { Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { numeric } from '../numeric.js'
import { isNullish, typeName } from '../operand.js'
import { binary, unary, type Operators, type ParseOperator } from '../operator.js'
import { refuseDecimal } from './logarithm.js'

const DEGREE = Math.PI / 180

/** Angles in radians; the bounds are those of the numbers that each function has a value for. */
export const trigonometryOperators: Operators = {
  $acos: ofDouble(Math.acos, -1, 1),
  $acosh: ofDouble(Math.acosh, 1, Infinity),
  $asin: ofDouble(Math.asin, -1, 1),
  $asinh: ofDouble(Math.asinh),
  $atan: ofDouble(Math.atan),
  $atan2: binary((y, x, name) => {
    if (isNullish(y) || isNullish(x)) return NULL
    if (!isNumber(y)) throw new EngineError(51044, `${name}'s argument 1 must be numeric, but is ${typeName(y)}`)
    if (!isNumber(x)) throw new EngineError(51045, `${name}'s argument 2 must be numeric, but is ${typeName(x)}`)
    refuseDecimal(y, name)
    refuseDecimal(x, name)
    return doubleValue(Math.atan2(nearestDouble(y), nearestDouble(x)))
  }),
  $atanh: ofDouble(Math.atanh, -1, 1),
  $cos: ofFinite(Math.cos),
  $cosh: ofDouble(Math.cosh),
  $degreesToRadians: ofDouble((degrees) => degrees * DEGREE),
  $radiansToDegrees: ofDouble((radians) => radians / DEGREE),
  $sin: ofFinite(Math.sin),
  $sinh: ofDouble(Math.sinh),
  $tan: ofFinite(Math.tan),
  $tanh: ofDouble(Math.tanh)
}

function ofFinite (calculate: (number: number) => number): ParseOperator {
  return ofDouble(calculate, -Number.MAX_VALUE, Number.MAX_VALUE)
}

/** @throws {EngineError} 50989 for a number outside of the bounds */
function ofDouble (calculate: (number: number) => number, least = -Infinity, most = Infinity): ParseOperator {
  return unary(numeric((number: Value, name: string) => {
    refuseDecimal(number, name)
    const double = nearestDouble(number)
    if (double < least || double > most) {
      throw new EngineError(50989, `cannot apply ${name} to ${describe(number)}, value must be in ${interval(least, most)}`)
    }
    return doubleValue(calculate(double))
  }))
}

function interval (least: number, most: number): string {
  if (most === Number.MAX_VALUE) return '(-inf,inf)'
  return `[${least},${most === Infinity ? 'inf' : most}]`
}
