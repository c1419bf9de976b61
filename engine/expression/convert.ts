import { Decimal128, ObjectId } from 'bson'
import { decimalOf, decimalValue } from '../bson/decimal.js'
import { describe } from '../bson/describe.js'
import { arithmeticDecimal, doubleValue, int32Value, int64Value, isNumber, isTruthy, nearestDouble, truncatedInteger } from '../bson/number.js'
import { boolValue, dateValue, millisecondsOf, stringValue } from '../bson/scalar.js'
import { BsonType, boolOf, payload, stringOf, valueFrom, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { parseDate } from './date/parse-date.js'
import { typeName } from './operand.js'
import { coerceToText } from './text.js'

/** Converts one type into another; `undefined` where MongoDB has no such conversion. */
type Convert = (value: Value) => Value | undefined

/** The conversions by the type that they lead to. */
const conversions: ReadonlyMap<number, Convert> = new Map<number, Convert>([
  [BsonType.double, toDouble],
  [BsonType.string, toText],
  [BsonType.objectId, toObjectId],
  [BsonType.bool, toBool],
  [BsonType.date, toDate],
  [BsonType.int32, toInt],
  [BsonType.int64, toLong],
  [BsonType.decimal128, toDecimal]
])

export function isConvertible (type: number): boolean {
  return conversions.has(type)
}

/**
 * Converts a value that is not null as `$convert` does.
 * @throws {EngineError} ConversionFailure
 */
export function convert (value: Value, type: number): Value {
  const converted = value.type === type ? value : conversions.get(type)?.(value)
  if (converted !== undefined) return converted
  throw failure(`Unsupported conversion from ${typeName(value)} to ${typeName({ ...value, type })} in $convert with no onError value`)
}

function toDouble (value: Value): Value | undefined {
  if (value.type === BsonType.string) return doubleValue(parseDouble(stringOf(value)))
  if (value.type === BsonType.bool) return doubleValue(Number(boolOf(value)))
  if (value.type === BsonType.date) return doubleValue(Number(millisecondsOf(value)))
  if (!isNumber(value)) return undefined
  const double = nearestDouble(value)
  if (value.type === BsonType.decimal128 && !Number.isFinite(double) && decimalOf(value).kind === 'finite') throw overflow(value)
  return doubleValue(double)
}

function toText (value: Value): Value | undefined {
  if (value.type === BsonType.objectId) return stringValue(payload(value).toString('hex'))
  if (value.type === BsonType.bool) return stringValue(String(boolOf(value)))
  return isNumber(value) || value.type === BsonType.date ? stringValue(coerceToText(value)) : undefined
}

function toObjectId (value: Value): Value | undefined {
  if (value.type !== BsonType.string) return undefined
  const text = stringOf(value)
  if (!/^[0-9a-f]{24}$/i.test(text)) {
    throw failure(`Failed to parse objectId '${text}' in $convert with no onError value: ` +
      (text.length === 24 ? `Invalid character found in hex string: ${text}` : `Invalid string length for parsing to OID, expected 24 but found ${text.length}`))
  }
  return valueFrom(ObjectId.createFromHexString(text))
}

/** Everything but a number is true, also an empty string. */
function toBool (value: Value): Value | undefined {
  if (isNumber(value)) return boolValue(isTruthy(value))
  const isTrue = value.type === BsonType.string || value.type === BsonType.objectId || value.type === BsonType.date
  return isTrue ? boolValue(true) : undefined
}

function toDate (value: Value): Value | undefined {
  switch (value.type) {
    case BsonType.string: return dateValue(parseDate(stringOf(value)))
    case BsonType.objectId: return dateValue(BigInt(value.bytes.readUInt32BE(value.start)) * 1000n)
    case BsonType.timestamp: return dateValue(BigInt(value.bytes.readUInt32LE(value.start + 4)) * 1000n)
    case BsonType.double:
    case BsonType.int64:
    case BsonType.decimal128: return dateValue(truncated(value))
    default: return undefined
  }
}

function toInt (value: Value): Value | undefined {
  const integer = toInteger(value, 32)
  return integer === undefined ? undefined : int32Value(Number(integer))
}

function toLong (value: Value): Value | undefined {
  const integer = value.type === BsonType.date ? millisecondsOf(value) : toInteger(value, 64)
  return integer === undefined ? undefined : int64Value(integer)
}

function toInteger (value: Value, bits: 32 | 64): bigint | undefined {
  if (value.type === BsonType.bool) return boolOf(value) ? 1n : 0n
  if (value.type === BsonType.string) return parseInteger(stringOf(value), bits)
  if (!isNumber(value)) return undefined
  const integer = truncated(value)
  if (BigInt.asIntN(bits, integer) !== integer) throw overflow(value)
  return integer
}

function truncated (value: Value): bigint {
  const integer = truncatedInteger(value)
  if (integer !== undefined) return integer
  const double = nearestDouble(value)
  if (Number.isNaN(double)) throw failure('Attempt to convert NaN value to integer type in $convert with no onError value')
  if (!Number.isFinite(double)) throw failure('Attempt to convert infinity value to integer type in $convert with no onError value')
  throw overflow(value)
}

function toDecimal (value: Value): Value | undefined {
  if (value.type === BsonType.string) return parseDecimal(stringOf(value))
  if (value.type === BsonType.bool) return decimalValue(arithmeticDecimal(int32Value(Number(boolOf(value)))))
  if (value.type === BsonType.date) return decimalValue(arithmeticDecimal(int64Value(millisecondsOf(value))))
  return isNumber(value) ? decimalValue(arithmeticDecimal(value)) : undefined
}

function parseInteger (text: string, bits: 32 | 64): bigint {
  checkHexadecimal(text)
  if (text === '') throw notParsed('number', text, 'No digits')
  if (!/^[+-]?\d+$/.test(text)) throw notParsed('number', text, /^[+-]?\d/.test(text) ? 'Did not consume whole string.' : 'Did not consume any digits')
  const integer = BigInt(text.replace(/^\+/, ''))
  if (BigInt.asIntN(bits, integer) !== integer) throw notParsed('number', text, 'Overflow')
  return integer
}

const DECIMAL_NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan)$/i

function parseDouble (text: string): number {
  checkHexadecimal(text)
  if (text === '') throw notParsed('number', text, 'Empty string')
  if (!DECIMAL_NUMBER.test(text)) throw notParsed('number', text, 'Did not consume whole string.')
  const number = /nan/i.test(text) ? NaN : Number(text.replace(/inf.*$/i, 'Infinity'))
  if (!Number.isFinite(number) && /\d/.test(text)) throw notParsed('number', text, 'Out of range')
  return number
}

function parseDecimal (text: string): Value {
  checkHexadecimal(text)
  if (text === '') throw notParsed('number', text, 'Empty string')
  if (!DECIMAL_NUMBER.test(text)) throw notParsed('number', text, 'Failed to parse string to decimal')
  return valueFrom(Decimal128.fromStringWithRounding(text))
}

function checkHexadecimal (text: string): void {
  if (/^0x/i.test(text)) throw failure(`Illegal hexadecimal input in $convert with no onError value: ${text}`)
}

function notParsed (kind: string, text: string, reason: string): EngineError {
  return failure(`Failed to parse ${kind} '${text}' in $convert with no onError value: ${reason}`)
}

function overflow (value: Value): EngineError {
  return failure(`Conversion would overflow target type in $convert with no onError value: ${describe(value)}`)
}

function failure (message: string): EngineError {
  return new EngineError('ConversionFailure', message)
}
