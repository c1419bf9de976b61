import { quantize, type Rounding } from '../bson/decimal-arithmetic.js'
import { decimalFromDouble, decimalOf, decimalValue, doubleFromDecimal } from '../bson/decimal.js'
import { add, doubleValue, int32Value, int64Value, isNumber, multiply, nearestDouble, subtract, wholeNumber } from '../bson/number.js'
import { NULL } from '../bson/scalar.js'
import { BsonType, numberOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Operand } from './evaluation.js'
import { isNullish, typeName } from './operand.js'

/** An integer as an int32 if it fits, or as an int64, or else as a double. */
export function integerValue (integer: bigint): Value {
  if (BigInt.asIntN(32, integer) === integer) return int32Value(Number(integer))
  return BigInt.asIntN(64, integer) === integer ? int64Value(integer) : doubleValue(Number(integer))
}

/** The sum of two numbers in the wider of their types; what does not fit in an int64 goes on as a double. */
export function sumOf (a: Value, b: Value): Value {
  return add(a, b) ?? doubleValue(nearestDouble(a) + nearestDouble(b))
}

export function differenceOf (a: Value, b: Value): Value {
  return subtract(a, b) ?? doubleValue(nearestDouble(a) - nearestDouble(b))
}

export function productOf (a: Value, b: Value): Value {
  return multiply(a, b) ?? doubleValue(nearestDouble(a) * nearestDouble(b))
}

/** Makes an operator of one number out of a function; null of what is null or missing. */
export function numeric (calculate: (number: Value, name: string) => Value): (operand: Operand, name: string) => Value {
  return (operand, name) => {
    return isNullish(operand) ? NULL : calculate(asNumber(operand, name), name)
  }
}

/** @throws {EngineError} 28765 for a value that is no number */
export function asNumber (operand: Value, name: string): Value {
  if (!isNumber(operand)) throw new EngineError(28765, `${name} only supports numeric types, not ${typeName(operand)}`)
  return operand
}

/** Rounds to a number of digits behind the point, or before it if negative; the type remains. */
export function roundTo (number: Value, digits: number, rounding: Rounding): Value {
  switch (number.type) {
    case BsonType.decimal128: return decimalValue(quantize(decimalOf(number), -digits, rounding))
    case BsonType.double: return roundDouble(number, digits, rounding)
    default: return digits >= 0 ? number : roundInteger(number, digits, rounding)
  }
}

function roundDouble (number: Value, digits: number, rounding: Rounding): Value {
  const double = numberOf(number)
  if (!Number.isFinite(double)) return number
  const exact = decimalFromDouble(double)
  // A double of 2^53 or more, or with fewer digits behind its point, has nothing to be rounded away.
  return exact.exponent >= -digits ? number : doubleValue(doubleFromDecimal(quantize(exact, -digits, rounding)))
}

function roundInteger (number: Value, digits: number, rounding: Rounding): Value {
  const integer = wholeNumber(number) ?? 0n
  const unit = 10n ** BigInt(-digits)
  const cut = integer / unit * unit
  const rest = integer - cut
  const twice = (rest < 0n ? -rest : rest) * 2n
  const isUp = rounding === 'half-even' && (twice > unit || (twice === unit && (cut / unit) % 2n !== 0n))
  const rounded = isUp ? cut + (integer < 0n ? -unit : unit) : cut
  if (number.type === BsonType.int64 && BigInt.asIntN(64, rounded) === rounded) return int64Value(rounded)
  return integerValue(rounded)
}
