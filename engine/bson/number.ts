import { addDecimals, compareDecimals, decimalFromDouble, decimalFromInteger, decimalFromRoundedDouble, decimalOf, decimalValue, doubleFromDecimal, multiplyDecimals, negateDecimal, type Decimal } from './decimal.js'
import { boolOf, BsonType, numberOf, type Value } from './value.js'

const INT32_LIMIT = 2n ** 31n
const INT64_LIMIT = 2n ** 63n

export function isNumber (value: Value): boolean {
  return isNumberType(value.type)
}

/** The four numeric types are one space: 1, 1.0, Long 1 and Decimal 1.00 are the same number. */
export function isNumberType (type: number): boolean {
  return type === BsonType.int32 || type === BsonType.double || type === BsonType.int64 || type === BsonType.decimal128
}

/** The exact order of two numbers of any types; NaN is the lowest and equal to itself, -0 equals 0. */
export function compareNumbers (a: Value, b: Value): number {
  if (a.type === BsonType.decimal128 || b.type === BsonType.decimal128) return compareDecimals(exactDecimal(a), exactDecimal(b))
  const left = exactNumber(a)
  const right = exactNumber(b)
  // JavaScript compares a bigint with a number by their mathematical values.
  if (left < right) return -1
  if (left > right) return 1
  return Number(Number.isNaN(right)) - Number(Number.isNaN(left))
}

export function isNaNValue (value: Value): boolean {
  if (value.type === BsonType.double) return Number.isNaN(numberOf(value))
  return value.type === BsonType.decimal128 && decimalOf(value).kind === 'nan'
}

/** What counts as true where a flag is wanted: neither false, nor null, nor a zero of any type. */
export function isTruthy (value: Value): boolean {
  if (value.type === BsonType.bool) return boolOf(value)
  if (value.type === BsonType.null || value.type === BsonType.undefined) return false
  return !isNumber(value) || nearestDouble(value) !== 0
}

/**
 * The sum, in the wider type of the two: int32 < int64 < double < decimal128. An int32 sum that does not fit becomes an
 * int64. An int64 sum that does not fit is `undefined`: `$inc` refuses it, while an expression would go on as a double.
 */
export function add (a: Value, b: Value): Value | undefined {
  return calculate(a, b, addition)
}

/** The product, with the types of `add`. */
export function multiply (a: Value, b: Value): Value | undefined {
  return calculate(a, b, multiplication)
}

/** The difference, with the types of `add`. */
export function subtract (a: Value, b: Value): Value | undefined {
  return calculate(a, b, subtraction)
}

/** The exact value as a decimal of as many digits as it takes. */
export function exactDecimal (value: Value): Decimal {
  switch (value.type) {
    case BsonType.decimal128: return decimalOf(value)
    case BsonType.double: return decimalFromDouble(numberOf(value))
    default: return decimalFromInteger(bigintOf(value))
  }
}

/** The double nearest to a number of any type. */
export function nearestDouble (value: Value): number {
  return value.type === BsonType.decimal128 ? doubleFromDecimal(decimalOf(value)) : numberOf(value)
}

/** The number's integer part, cut towards zero, or `undefined` when it is not finite or does not fit in 64 bits. */
export function truncatedInteger (value: Value): bigint | undefined {
  if (value.type === BsonType.double) return integerOfDouble(numberOf(value))
  if (value.type !== BsonType.decimal128) return bigintOf(value)
  const { kind, negative, coefficient, exponent } = decimalOf(value)
  if (kind !== 'finite' || (exponent > 18 && coefficient !== 0n)) return undefined
  const magnitude = exponent < 0 ? coefficient / 10n ** BigInt(-exponent) : coefficient * 10n ** BigInt(Math.min(exponent, 18))
  const integer = negative ? -magnitude : magnitude
  return fits(integer, INT64_LIMIT) ? integer : undefined
}

/** The number if it is a whole one that fits in 64 bits: what operators that count, index or shift accept. */
export function wholeNumber (value: Value): bigint | undefined {
  const integer = truncatedInteger(value)
  return integer !== undefined && compareNumbers(int64Value(integer), value) === 0 ? integer : undefined
}

export function int32Value (number: number): Value {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32LE(number)
  return { type: BsonType.int32, bytes, start: 0, end: 4 }
}

export function int64Value (integer: bigint): Value {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64LE(integer)
  return { type: BsonType.int64, bytes, start: 0, end: 8 }
}

export function doubleValue (number: number): Value {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeDoubleLE(number)
  return { type: BsonType.double, bytes, start: 0, end: 8 }
}

interface Operation {
  readonly integers: (a: bigint, b: bigint) => bigint
  readonly doubles: (a: number, b: number) => number
  readonly decimals: (a: Decimal, b: Decimal) => Decimal
}

const addition: Operation = { integers: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals }
const subtraction: Operation = { integers: (a, b) => a - b, doubles: (a, b) => a - b, decimals: (a, b) => addDecimals(a, negateDecimal(b)) }
const multiplication: Operation = { integers: (a, b) => a * b, doubles: (a, b) => a * b, decimals: multiplyDecimals }

function calculate (a: Value, b: Value, operation: Operation): Value | undefined {
  if (a.type === BsonType.decimal128 || b.type === BsonType.decimal128) {
    return decimalValue(operation.decimals(arithmeticDecimal(a), arithmeticDecimal(b)))
  }
  if (a.type === BsonType.double || b.type === BsonType.double) {
    return doubleValue(operation.doubles(numberOf(a), numberOf(b)))
  }
  const integer = operation.integers(bigintOf(a), bigintOf(b))
  const narrow = a.type === BsonType.int32 && b.type === BsonType.int32
  if (narrow && fits(integer, INT32_LIMIT)) return int32Value(Number(integer))
  return fits(integer, INT64_LIMIT) ? int64Value(integer) : undefined
}

/** The decimal that a number of another type counts as when it meets a decimal. */
export function arithmeticDecimal (value: Value): Decimal {
  return value.type === BsonType.double ? decimalFromRoundedDouble(numberOf(value)) : exactDecimal(value)
}

/** A JavaScript number where it is exact, which all but large int64s are: comparing bigints costs ten times as much. */
function exactNumber (value: Value): number | bigint {
  if (value.type !== BsonType.int64) return numberOf(value)
  const high = value.bytes.readInt32LE(value.start + 4)
  if (high < -0x200000 || high >= 0x200000) return value.bytes.readBigInt64LE(value.start)
  return high * 0x1_0000_0000 + value.bytes.readUInt32LE(value.start)
}

function integerOfDouble (double: number): bigint | undefined {
  return double > -(2 ** 63) - 1 && double < 2 ** 63 ? BigInt(Math.trunc(double)) : undefined
}

function bigintOf (value: Value): bigint {
  return value.type === BsonType.int64
    ? value.bytes.readBigInt64LE(value.start)
    : BigInt(value.bytes.readInt32LE(value.start))
}

function fits (integer: bigint, limit: bigint): boolean {
  return integer >= -limit && integer < limit
}
