export interface NumberFlaw { code: 'NUMBER_OUT_OF_RANGE' | 'NUMBER_NOT_EXACT' | 'NEGATIVE_ZERO', detail: string }

const outOfRange: NumberFlaw = { code: 'NUMBER_OUT_OF_RANGE', detail: 'The number is too large or too close to zero.' }
const notExact: NumberFlaw = { code: 'NUMBER_NOT_EXACT', detail: 'The number has more digits than can be kept.' }
const negativeZero: NumberFlaw = { code: 'NEGATIVE_ZERO', detail: 'A negative zero would lose its sign.' }

const smallestNormal = 2 ** -1022

/**
 * Why a JSON number would not be read back as it was written. Numbers are kept as IEEE 754 doubles: integers
 * up to 2^53 - 1 exactly, fractions as precisely as a double can. 17 significant digits tell any two doubles
 * apart, so a literal with more asks for precision that would be lost.
 */
export function numberFlaw (literal: string): NumberFlaw | undefined {
  if (literal.length <= 15 && !/[-eE]/.test(literal)) return undefined
  // The longest exact literal is shorter; the bound keeps the patterns below from meeting a megabyte of zeros.
  if (literal.length > 400) return notExact
  const value = Number(literal)
  if (!Number.isFinite(value)) return outOfRange
  if (Object.is(value, -0)) return negativeZero
  // Below 10^21 a whole number is read back as an integer literal, however it was written.
  const isInteger = /^-?\d+$/.test(literal)
  if ((isInteger || (Number.isInteger(value) && Math.abs(value) < 1e21)) && !Number.isSafeInteger(value)) return notExact
  if (isInteger) return undefined
  const written = decimal(literal)
  if (sameDecimal(written, decimal(String(value)))) return undefined
  if (Math.abs(value) < smallestNormal) return outOfRange
  return written.digits.length > 17 || Math.abs(value) > Number.MAX_SAFE_INTEGER ? notExact : undefined
}

/** Digits without leading and trailing zeros, to be read as 0.DIGITS × 10^exponent. */
interface Decimal { digits: string, exponent: number }

function decimal (literal: string): Decimal {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  return { digits: digits.replace(/0+$/, ''), exponent: digits.length - fraction.length + Number(power) }
}

function sameDecimal (one: Decimal, other: Decimal): boolean {
  return one.digits === other.digits && (one.digits === '' || one.exponent === other.exponent)
}
