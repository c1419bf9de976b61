import { divideDecimals, remainderOf } from '../../bson/decimal-arithmetic.js'
import { decimalOf, decimalValue, isZero } from '../../bson/decimal.js'
import { arithmeticDecimal, doubleValue, int32Value, int64Value, isNumber, nearestDouble, truncatedInteger, wholeNumber } from '../../bson/number.js'
import { dateValue, millisecondsOf, NULL } from '../../bson/scalar.js'
import { BsonType, numberOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Operand } from '../evaluation.js'
import { differenceOf, integerValue, numeric, productOf, roundTo, sumOf } from '../numeric.js'
import { isNullish, typeName } from '../operand.js'
import { between, binary, unary, variadic, type Operators } from '../operator.js'

export const arithmeticOperators: Operators = {
  $abs: unary(numeric(absolute)),
  $add: variadic(sum),
  $ceil: unary(numeric((number) => isInteger(number) ? number : wholeTowards(number, Math.ceil, 'up'))),
  $divide: binary(quotient),
  $floor: unary(numeric((number) => isInteger(number) ? number : wholeTowards(number, Math.floor, 'down'))),
  $mod: binary(remainder),
  $multiply: variadic(product),
  $round: between(1, 2, (operands, name) => rounded(operands, name, 'half-even')),
  $subtract: binary(difference),
  $trunc: between(1, 2, (operands, name) => rounded(operands, name, 'towards-zero'))
}

function absolute (number: Value): Value {
  if (number.type === BsonType.double) return doubleValue(Math.abs(numberOf(number)))
  if (number.type === BsonType.decimal128) return decimalValue({ ...decimalOf(number), negative: false })
  const integer = wholeNumber(number) ?? 0n
  const magnitude = integer < 0n ? -integer : integer
  if (number.type === BsonType.int32) return integerValue(magnitude)
  if (magnitude === 2n ** 63n) throw new EngineError(28680, "can't take $abs of long long min")
  return int64Value(magnitude)
}

/** Integers are added as int64s, and become an int32 again only if all of them are such. */
function sum (operands: readonly Operand[]): Value {
  let total: Value = int64Value(0n)
  let date = false
  for (const operand of operands) {
    if (isNullish(operand)) return NULL
    if (operand.type === BsonType.date) {
      if (date) throw new EngineError(16612, 'only one date allowed in an $add expression')
      date = true
    } else if (!isNumber(operand)) {
      throw new EngineError('TypeMismatch', `$add only supports numeric or date types, not ${typeName(operand)}`)
    }
    total = sumOf(total, operand.type === BsonType.date ? int64Value(millisecondsOf(operand)) : operand)
  }
  return date ? movedDate(total) : narrowed(total, operands)
}

function movedDate (milliseconds: Value): Value {
  const whole = milliseconds.type === BsonType.double ? doubleValue(Math.round(numberOf(milliseconds))) : milliseconds
  const integer = truncatedInteger(whole)
  if (integer === undefined) throw new EngineError('Overflow', 'date overflow in $add')
  return dateValue(integer)
}

function narrowed (total: Value, operands: readonly Operand[]): Value {
  if (total.type !== BsonType.int64 || !operands.every((operand) => operand?.type === BsonType.int32)) return total
  return integerValue(wholeNumber(total) ?? 0n)
}

function product (operands: readonly Operand[]): Value {
  let total: Value = int64Value(1n)
  for (const operand of operands) {
    if (isNullish(operand)) return NULL
    if (!isNumber(operand)) throw new EngineError('TypeMismatch', `$multiply only supports numeric types, not ${typeName(operand)}`)
    total = productOf(total, operand)
  }
  return narrowed(total, operands)
}

/** A date less a date is a number of milliseconds, a date less milliseconds is a date. */
function difference (left: Operand, right: Operand): Value {
  if (isNullish(left) || isNullish(right)) return NULL
  if (isNumber(left) && isNumber(right)) return differenceOf(left, right)
  if (left.type === BsonType.date && right.type === BsonType.date) return int64Value(BigInt.asIntN(64, millisecondsOf(left) - millisecondsOf(right)))
  if (left.type !== BsonType.date || !isNumber(right)) {
    throw new EngineError('TypeMismatch', `can't $subtract ${typeName(right)} from ${typeName(left)}`)
  }
  const milliseconds = truncatedInteger(right)
  if (milliseconds === undefined) throw new EngineError('Overflow', 'date overflow in $subtract')
  return dateValue(BigInt.asIntN(64, millisecondsOf(left) - milliseconds))
}

/** Always a double or a decimal, also of two integers. */
function quotient (dividend: Operand, divisor: Operand): Value {
  if (isNullish(dividend) || isNullish(divisor)) return NULL
  if (!isNumber(dividend) || !isNumber(divisor)) {
    throw new EngineError('TypeMismatch', `$divide only supports numeric types, not ${typeName(dividend)} and ${typeName(divisor)}`)
  }
  if (isExactZero(divisor)) throw new EngineError('BadValue', "can't $divide by zero")
  return isDecimal(dividend) || isDecimal(divisor)
    ? decimalValue(divideDecimals(arithmeticDecimal(dividend), arithmeticDecimal(divisor)))
    : doubleValue(nearestDouble(dividend) / nearestDouble(divisor))
}

/** The remainder has the sign of the dividend. */
function remainder (dividend: Operand, divisor: Operand): Value {
  if (isNullish(dividend) || isNullish(divisor)) return NULL
  if (!isNumber(dividend) || !isNumber(divisor)) {
    throw new EngineError(16611, `$mod only supports numeric types, not ${typeName(dividend)} and ${typeName(divisor)}`)
  }
  if (isExactZero(divisor)) throw new EngineError(16610, "can't $mod by zero")
  if (isDecimal(dividend) || isDecimal(divisor)) return decimalValue(remainderOf(arithmeticDecimal(dividend), arithmeticDecimal(divisor)))
  if (!isInteger(dividend) || !isInteger(divisor)) return doubleValue(nearestDouble(dividend) % nearestDouble(divisor))
  const rest = (wholeNumber(dividend) ?? 0n) % (wholeNumber(divisor) ?? 1n)
  return dividend.type === BsonType.int32 && divisor.type === BsonType.int32 ? int32Value(Number(rest)) : int64Value(rest)
}

function rounded (operands: readonly Operand[], name: string, rounding: 'half-even' | 'towards-zero'): Value {
  const [number, place] = operands
  if (isNullish(number)) return NULL
  if (!isNumber(number)) throw new EngineError(51081, `${name} only supports numeric types, not ${typeName(number)}`)
  if (operands.length === 1) return roundTo(number, 0, rounding)
  if (isNullish(place)) return NULL
  const digits = isNumber(place) ? wholeNumber(place) : undefined
  if (digits === undefined) throw new EngineError(51082, `precision argument to  ${name} must be a integral value`)
  if (digits < -20n || digits > 100n) {
    throw new EngineError(51083, `cannot apply ${name} with precision value ${digits} value must be in [-20, 100]`)
  }
  return roundTo(number, Number(digits), rounding)
}

function wholeTowards (number: Value, ofDouble: (number: number) => number, rounding: 'up' | 'down'): Value {
  return isDecimal(number) ? roundTo(number, 0, rounding) : doubleValue(ofDouble(numberOf(number)))
}

function isInteger ({ type }: Value): boolean {
  return type === BsonType.int32 || type === BsonType.int64
}

function isDecimal ({ type }: Value): boolean {
  return type === BsonType.decimal128
}

/** A decimal may be so small that its nearest double is zero. */
function isExactZero (number: Value): boolean {
  return isDecimal(number) ? isZero(decimalOf(number)) : nearestDouble(number) === 0
}
