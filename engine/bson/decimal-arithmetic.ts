import { DIGITS, digitCount, finite, infinity, isZero, LOWEST_EXPONENT, NAN, power10, type Decimal } from './decimal.js'

/** How a number that does not end at the wanted digit is made to. */
export type Rounding = 'half-even' | 'towards-zero' | 'up' | 'down'

/** Digits of a quotient or root: more than a decimal128 has, so that the last ones decide its rounding. */
const PRECISION = DIGITS + 3

/** The quotient, exact where decimal128 can hold it; of several exponents the one nearest to what IEEE 754 prefers. */
export function divideDecimals (a: Decimal, b: Decimal): Decimal {
  if (a.kind === 'nan' || b.kind === 'nan') return NAN
  const negative = a.negative !== b.negative
  if (a.kind === 'infinity') return b.kind === 'infinity' ? NAN : infinity(negative)
  if (b.kind === 'infinity') return finite(negative, 0n, LOWEST_EXPONENT)
  if (isZero(b)) return isZero(a) ? NAN : infinity(negative)
  if (isZero(a)) return finite(negative, 0n, a.exponent - b.exponent)
  const shift = Math.max(0, PRECISION + digitCount(b.coefficient) - digitCount(a.coefficient))
  const scaled = a.coefficient * power10(shift)
  const quotient = scaled / b.coefficient
  const exponent = a.exponent - b.exponent
  return scaled % b.coefficient === 0n
    ? withoutZeros(finite(negative, quotient, exponent - shift), exponent)
    : finite(negative, sticky(quotient), exponent - shift)
}

/** What is left of the quotient's integer part, with the sign of the dividend. */
export function remainderOf (a: Decimal, b: Decimal): Decimal {
  if (a.kind !== 'finite' || b.kind === 'nan' || isZero(b)) return NAN
  if (b.kind === 'infinity') return a
  const exponent = Math.min(a.exponent, b.exponent)
  const divisor = b.coefficient * power10(b.exponent - exponent)
  // The dividend's power is taken modulo the divisor: it may have thousands of digits.
  const dividend = (a.coefficient % divisor) * powerModulo(a.exponent - exponent, divisor)
  return finite(a.negative, dividend % divisor, exponent)
}

export function squareRoot (decimal: Decimal): Decimal {
  if (decimal.kind !== 'finite' || isZero(decimal)) return { ...decimal, exponent: Math.floor(decimal.exponent / 2) }
  const digits = Math.max(0, 2 * PRECISION - digitCount(decimal.coefficient))
  const shift = digits + Math.abs((decimal.exponent - digits) % 2)
  const scaled = decimal.coefficient * power10(shift)
  const root = integerRoot(scaled)
  const exponent = (decimal.exponent - shift) / 2
  return root * root === scaled
    ? withoutZeros(finite(false, root, exponent), Math.floor(decimal.exponent / 2))
    : finite(false, sticky(root), exponent)
}

/** The same number with the given exponent, rounded where it takes digits away; NaN when it would have too many. */
export function quantize (decimal: Decimal, exponent: number, rounding: Rounding): Decimal {
  if (decimal.kind !== 'finite') return decimal
  const { negative, coefficient } = decimal
  const moved = decimal.exponent - exponent
  if (moved >= 0) {
    const isTooLong = coefficient !== 0n && digitCount(coefficient) + moved > DIGITS
    return isTooLong ? NAN : finite(negative, coefficient * (coefficient === 0n ? 0n : power10(moved)), exponent)
  }
  const dropped = Math.min(-moved, digitCount(coefficient) + 1)
  const unit = power10(dropped)
  const quotient = coefficient / unit
  const isUp = roundsUp(quotient, coefficient % unit, unit, rounding, negative)
  return finite(negative, isUp ? quotient + 1n : quotient, exponent)
}

function roundsUp (quotient: bigint, rest: bigint, unit: bigint, rounding: Rounding, negative: boolean): boolean {
  switch (rounding) {
    case 'towards-zero': return false
    case 'up': return rest > 0n && !negative
    case 'down': return rest > 0n && negative
    case 'half-even': return rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n)
  }
}

/** Drops zeros at the end until the exponent is the preferred one. */
function withoutZeros ({ negative, coefficient, exponent }: Decimal, preferred: number): Decimal {
  let [digits, power] = [coefficient, exponent]
  while (power < preferred && digits % 10n === 0n) {
    digits /= 10n
    power++
  }
  return finite(negative, digits, power)
}

/** Marks a result that goes on behind its last digit, so that it is never taken for one that ends in a half. */
function sticky (coefficient: bigint): bigint {
  return coefficient % 5n === 0n ? coefficient + 1n : coefficient
}

function integerRoot (square: bigint): bigint {
  let root = power10(Math.ceil(digitCount(square) / 2))
  for (;;) {
    const next = (root + square / root) / 2n
    if (next >= root) return root
    root = next
  }
}

function powerModulo (exponent: number, modulus: bigint): bigint {
  let result = 1n
  let base = 10n % modulus
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result * base % modulus
    base = base * base % modulus
  }
  return result % modulus
}
