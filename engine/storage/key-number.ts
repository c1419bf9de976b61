import { compareDecimals, decimalFromDouble } from '../bson/decimal.js'
import { exactDecimal, nearestDouble } from '../bson/number.js'
import { BsonType, type Value } from '../bson/value.js'
import type { KeyWriter } from './key-writer.js'

/** Where an exact number lies that shares its nearest double with others. */
const BELOW = 1
const EXACT = 2
const ABOVE = 3

const SIGN = 0x80
/** Makes every decimal exponent of a double's neighbourhood, -6176 to 6145, positive. */
const EXPONENT_BIAS = 0x4000

/**
 * A number as the nearest double, then its place beside that double and, where it is not the double itself (an int64
 * beyond 2^53, most decimals), its exact digits. Equal numbers of different types have equal bytes.
 */
export function writeNumber (writer: KeyWriter, value: Value): void {
  const nearest = nearestDouble(value)
  writeDouble(writer, nearest)
  const place = placeBeside(value, nearest)
  writer.byte(place)
  if (place !== EXACT) writeDigits(writer, value)
}

/** Bytes in the order of the numbers: NaN lowest, both zeros the same. */
function writeDouble (writer: KeyWriter, double: number): void {
  const at = writer.length
  if (Number.isNaN(double)) {
    writer.double(0) // lower than any inverted negative number, even -Infinity
    return
  }
  writer.double(double === 0 ? 0 : double)
  if (writer.isSet(at, SIGN)) writer.invertFrom(at)
  else writer.flip(at, SIGN)
}

function placeBeside (value: Value, nearest: number): number {
  if (value.type === BsonType.int32 || value.type === BsonType.double || isSafe(value, nearest)) return EXACT
  const difference = compareDecimals(exactDecimal(value), decimalFromDouble(nearest))
  return difference === 0 ? EXACT : difference < 0 ? BELOW : ABOVE
}

function isSafe (value: Value, nearest: number): boolean {
  return value.type === BsonType.int64 && Number.isSafeInteger(nearest)
}

/** Exponent and digits, two in a byte; trailing zeros are cut, so that 1.0 and 1.00 are the same, and a zero ends them. */
function writeDigits (writer: KeyWriter, value: Value): void {
  const { negative, coefficient, exponent } = exactDecimal(value)
  const start = writer.length
  const written = coefficient.toString()
  const digits = written.replace(/0+$/, '')
  writer.uint16(written.length + exponent + EXPONENT_BIAS)
  for (let at = 0; at < digits.length; at += 2) writer.byte(Number(digits.slice(at, at + 2).padEnd(2, '0')) + 1)
  writer.byte(0)
  if (negative) writer.invertFrom(start)
}
