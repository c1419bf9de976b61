import { Decimal128 } from 'bson'
import { BsonType, boolOf, forEachField, numberOf, payload, typeNames, type Value } from './value.js'

/** Longest text of a value in an error message, so that a large document is not sent back inside one. */
const MAX_LENGTH = 300

/** A value as mongod writes it in error messages: `5`, `"text"`, `{ a: 1, b: [ 2.5 ] }`. */
export function describe (value: Value): string {
  const text = write(value, MAX_LENGTH)
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text
}

/** The same with its name: `a: 5`. */
export function describeField (name: string, value: Value): string {
  return `${name}: ${describe(value)}`
}

/** Writes at least `limit` characters if there are as many, and not many more. */
function write (value: Value, limit: number): string {
  switch (value.type) {
    case BsonType.document: return writeFields(value, limit, '{', '}', (name) => `${name}: `)
    case BsonType.array: return writeFields(value, limit, '[', ']', () => '')
    case BsonType.string:
    case BsonType.symbol: return `"${value.bytes.toString('utf8', value.start + 4, Math.min(value.end - 1, value.start + 4 + 4 * MAX_LENGTH))}"`
    default: return writeScalar(value)
  }
}

function writeFields (container: Value, limit: number, open: string, close: string, label: (name: string) => string): string {
  let text = ''
  forEachField(container, (name, value) => {
    text += `${text === '' ? ' ' : ', '}${label(name)}${write(value, limit - text.length)}`
    return text.length <= limit
  })
  return text === '' ? open + close : `${open}${text} ${close}`
}

function writeScalar (value: Value): string {
  const { type, bytes, start } = value
  switch (type) {
    case BsonType.double: return writeDouble(numberOf(value))
    case BsonType.int32: return String(numberOf(value))
    case BsonType.int64: return String(bytes.readBigInt64LE(start))
    case BsonType.decimal128: return new Decimal128(Uint8Array.from(payload(value))).toString()
    case BsonType.bool: return String(boolOf(value))
    case BsonType.date: return `new Date(${bytes.readBigInt64LE(start)})`
    case BsonType.objectId: return `ObjectId('${payload(value).toString('hex')}')`
    case BsonType.timestamp: return `Timestamp(${bytes.readUInt32LE(start + 4)}, ${bytes.readUInt32LE(start)})`
    case BsonType.binary: return `BinData(${bytes[start + 4]}, ${payload(value).toString('hex', 5, 5 + MAX_LENGTH).toUpperCase()})`
    case BsonType.regex: return payload(value).toString('utf8').replace(/^(.*)\0(.*)\0$/s, '/$1/$2')
    case BsonType.minKey: return 'MinKey'
    case BsonType.maxKey: return 'MaxKey'
    default: return typeNames[type]
  }
}

/** A whole number keeps a digit behind the point, so that it is seen to be no int; so do `nan.0` and `inf.0`. */
function writeDouble (number: number): string {
  if (Number.isNaN(number)) return 'nan.0'
  if (!Number.isFinite(number)) return number < 0 ? '-inf.0' : 'inf.0'
  return Number.isInteger(number) && Math.abs(number) < 1e16 ? number.toFixed(1) : String(number)
}
