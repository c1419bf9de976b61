import { BsonType, type Value } from './value.js'

/**
 * An unpacked decimal: (-1)^negative × coefficient × 10^exponent. Between operations it may have any number of digits
 * (a double is a decimal of up to 767); `decimalValue` rounds it to what decimal128 holds.
 */
export interface Decimal {
  readonly kind: 'finite' | 'infinity' | 'nan'
  readonly negative: boolean
  readonly coefficient: bigint
  readonly exponent: number
}

/** The limits of IEEE 754-2008 decimal128; the exponent is that of the coefficient's last digit. */
export const DIGITS = 34
const BIAS = 6176
export const LOWEST_EXPONENT = -6176
const HIGHEST_EXPONENT = 6111
const COEFFICIENT_LIMIT = 10n ** 34n

export const NAN: Decimal = { kind: 'nan', negative: false, coefficient: 0n, exponent: 0 }

/** Unpacks a decimal128, which BSON stores in the binary integer encoding (BID). */
export function decimalOf (value: Value): Decimal {
  const low = value.bytes.readBigUInt64LE(value.start)
  const high = value.bytes.readBigUInt64LE(value.start + 8)
  const negative = high >> 63n === 1n
  const combination = Number(high >> 58n) & 0x1f
  if (combination === 0x1f) return NAN
  if (combination === 0x1e) return infinity(negative)
  // A coefficient that does not fit in 34 digits is not canonical, and IEEE 754 reads it as zero.
  if (combination >= 0x18) return finite(negative, 0n, (Number(high >> 47n) & 0x3fff) - BIAS)
  const coefficient = ((high & 0x1_ffff_ffff_ffffn) << 64n) | low
  return finite(negative, coefficient < COEFFICIENT_LIMIT ? coefficient : 0n, (Number(high >> 49n) & 0x3fff) - BIAS)
}

/** Packs a decimal as a decimal128, rounded half to even; what is too large becomes an infinity. */
export function decimalValue (decimal: Decimal): Value {
  const { kind, negative, coefficient, exponent } = roundToDecimal128(decimal)
  let high = BigInt(exponent + BIAS) << 49n | coefficient >> 64n
  if (kind === 'infinity') high = 0x1en << 58n
  if (kind === 'nan') high = 0x1fn << 58n
  const bytes = Buffer.allocUnsafe(16)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, coefficient), 0)
  bytes.writeBigUInt64LE(negative ? high | 1n << 63n : high, 8)
  return { type: BsonType.decimal128, bytes, start: 0, end: 16 }
}

export function decimalFromInteger (integer: bigint): Decimal {
  return finite(integer < 0n, integer < 0n ? -integer : integer, 0)
}

/** The exact decimal of a double: every binary fraction is a finite decimal fraction. */
export function decimalFromDouble (double: number): Decimal {
  if (Number.isNaN(double)) return NAN
  const negative = double < 0 || Object.is(double, -0)
  if (double === 0) return finite(negative, 0n, 0)
  if (!Number.isFinite(double)) return infinity(negative)
  const [mantissa, power] = binaryParts(Math.abs(double))
  return power >= 0
    ? finite(negative, mantissa << BigInt(power), 0)
    : finite(negative, mantissa * 5n ** BigInt(-power), power) // m × 2^-p = m × 5^p × 10^-p
}

/** What MongoDB makes of a double that meets a decimal in arithmetic: exactly 15 significant digits. */
export function decimalFromRoundedDouble (double: number): Decimal {
  const exact = decimalFromDouble(double)
  if (exact.kind !== 'finite' || exact.coefficient === 0n) return exact
  const missing = 15 - digitCount(exact.coefficient)
  if (missing >= 0) return finite(exact.negative, exact.coefficient * power10(missing), exact.exponent - missing)
  const dropped = Math.max(0, digitCount(exact.coefficient) - DIGITS)
  const rounded = dropDigits(exact, dropped)
  return dropDigits(rounded, digitCount(rounded.coefficient) - 15)
}

/** The nearest double; ties and limits as JavaScript reads a decimal literal. */
export function doubleFromDecimal (decimal: Decimal): number {
  if (decimal.kind === 'nan') return NaN
  const magnitude = decimal.kind === 'infinity' ? Infinity : Number(`${decimal.coefficient}e${decimal.exponent}`)
  return decimal.negative ? -magnitude : magnitude
}

/** The exact order of the numbers; NaN is below all of them, and all zeros are equal. */
export function compareDecimals (a: Decimal, b: Decimal): number {
  const rank = rankOf(a)
  const difference = rank - rankOf(b)
  if (difference !== 0) return difference
  if (Math.abs(rank) !== 1) return 0
  return rank * compareMagnitudes(a, b)
}

/** The exact sum; of the exponents it keeps the lower one, as IEEE 754 prefers. */
export function addDecimals (a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN
  if (a.kind === 'infinity') return b.kind === 'infinity' && a.negative !== b.negative ? NAN : a
  if (b.kind === 'infinity') return b
  const exponent = Math.min(a.exponent, b.exponent)
  const sum = signedAt(a, exponent) + signedAt(b, exponent)
  const negative = sum === 0n ? a.negative && b.negative : sum < 0n
  return finite(negative, sum < 0n ? -sum : sum, exponent)
}

export function negateDecimal (decimal: Decimal): Decimal {
  return { ...decimal, negative: !decimal.negative }
}

/** The exact product. */
export function multiplyDecimals (a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN
  const negative = a.negative !== b.negative
  if (a.kind === 'finite' && b.kind === 'finite') {
    return finite(negative, a.coefficient * b.coefficient, a.exponent + b.exponent)
  }
  return isZero(a) || isZero(b) ? NAN : infinity(negative)
}

function roundToDecimal128 (decimal: Decimal): Decimal {
  if (decimal.kind !== 'finite') return decimal
  const tooLong = digitCount(decimal.coefficient) - DIGITS
  const tooSmall = LOWEST_EXPONENT - decimal.exponent
  const rounded = dropDigits(decimal, Math.max(0, tooLong, tooSmall))
  return rounded.exponent > HIGHEST_EXPONENT ? lowerExponent(rounded) : rounded
}

/** Writes a large number with trailing zeros so that its exponent fits, if they fit. */
function lowerExponent (decimal: Decimal): Decimal {
  const { negative, coefficient, exponent } = decimal
  if (coefficient === 0n) return finite(negative, 0n, HIGHEST_EXPONENT)
  const zeros = exponent - HIGHEST_EXPONENT
  if (digitCount(coefficient) + zeros > DIGITS) return infinity(negative)
  return finite(negative, coefficient * power10(zeros), HIGHEST_EXPONENT)
}

/** Rounds the last `count` digits away, half to even. */
function dropDigits (decimal: Decimal, count: number): Decimal {
  if (count <= 0) return decimal
  const { negative, coefficient, exponent } = decimal
  const digits = digitCount(coefficient)
  // More digits than there are leave less than a half, which rounds to nothing; this also bounds the power.
  if (count > digits) return finite(negative, 0n, exponent + count)
  const unit = power10(count)
  const quotient = coefficient / unit
  const twice = (coefficient % unit) * 2n
  const up = twice > unit || (twice === unit && (quotient & 1n) === 1n)
  const rounded = up ? quotient + 1n : quotient
  // 99…9 rounds up to one digit too many; that digit is a zero.
  return digitCount(rounded) > Math.max(1, digits - count)
    ? finite(negative, rounded / 10n, exponent + count + 1)
    : finite(negative, rounded, exponent + count)
}

function compareMagnitudes (a: Decimal, b: Decimal): number {
  const places = digitCount(a.coefficient) + a.exponent - digitCount(b.coefficient) - b.exponent
  if (places !== 0) return places
  const exponent = Math.min(a.exponent, b.exponent)
  const left = a.coefficient * power10(a.exponent - exponent)
  const right = b.coefficient * power10(b.exponent - exponent)
  return left < right ? -1 : left > right ? 1 : 0
}

function rankOf (decimal: Decimal): number {
  if (decimal.kind === 'nan') return -3
  if (isZero(decimal)) return 0
  const rank = decimal.kind === 'infinity' ? 2 : 1
  return decimal.negative ? -rank : rank
}

function signedAt (decimal: Decimal, exponent: number): bigint {
  const scaled = decimal.coefficient * power10(decimal.exponent - exponent)
  return decimal.negative ? -scaled : scaled
}

function binaryParts (magnitude: number): [mantissa: bigint, power: number] {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, magnitude)
  const bits = view.getBigUint64(0)
  const biased = Number(bits >> 52n)
  const fraction = bits & 0xf_ffff_ffff_ffffn
  return biased === 0 ? [fraction, -1074] : [fraction | 1n << 52n, biased - 1075]
}

export function isZero (decimal: Decimal): boolean {
  return decimal.kind === 'finite' && decimal.coefficient === 0n
}

export function digitCount (coefficient: bigint): number {
  return coefficient.toString().length
}

export function power10 (exponent: number): bigint {
  return 10n ** BigInt(exponent)
}

export function finite (negative: boolean, coefficient: bigint, exponent: number): Decimal {
  return { kind: 'finite', negative, coefficient, exponent }
}

export function infinity (negative: boolean): Decimal {
  return { kind: 'infinity', negative, coefficient: 0n, exponent: 0 }
}
