import { describe } from '../bson/describe.js'
import { millisecondsOf } from '../bson/scalar.js'
import { BsonType, numberOf, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Operand } from './evaluation.js'
import { isNullish, typeName } from './operand.js'

/** What string operators that take any simple value read it as; null and missing are the empty string. */
export function coerceToText (operand: Operand): string {
  if (isNullish(operand)) return ''
  switch (operand.type) {
    case BsonType.string:
    case BsonType.symbol:
    case BsonType.code: return stringOf(operand)
    case BsonType.double: return writeDouble(numberOf(operand))
    case BsonType.int32:
    case BsonType.int64:
    case BsonType.decimal128: return describe(operand)
    case BsonType.date: return writeDate(operand)
    default: throw new EngineError(16007, `can't convert from BSON type ${typeName(operand)} to String`)
  }
}

/** A double as C's `%.16g` writes it: up to 16 digits, and a power of ten behind very large and very small ones. */
export function writeDouble (number: number): string {
  if (Object.is(number, -0)) return '-0'
  if (!Number.isFinite(number)) return String(number)
  const [, digits, power] = /^(.*)e(.*)$/.exec(number.toExponential(15)) ?? []
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 16) return withoutZeros(number.toFixed(Math.max(0, 15 - exponent)))
  const sign = exponent < 0 ? '-' : '+'
  return `${withoutZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** `2020-01-31T10:20:30.456Z` */
export function writeDate (date: Value): string {
  const javaScript = new Date(Number(millisecondsOf(date)))
  if (Number.isNaN(javaScript.getTime())) throw new EngineError('ConversionFailure', `the date ${describe(date)} is out of the range that can be written`)
  return javaScript.toISOString()
}

function withoutZeros (digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}
