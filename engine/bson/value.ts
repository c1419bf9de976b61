import { deserialize, serialize, type Document } from 'bson'
import { nameAt, textBytes, writeText } from './name.js'

/**
 * BSON is kept as it came over the wire: a value is a view of its bytes, decoded only where its content matters.
 * The payload is the half-open range `[start, end)` of `bytes`; for documents and arrays it is the whole BSON
 * document with its length and its closing zero. Values must come from validated bytes (validate.ts), so that
 * nothing here has to check a length again.
 */
export interface Value {
  readonly type: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** The type bytes of bsonspec.org, version 1.1. */
export const BsonType = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  undefined: 0x06,
  objectId: 0x07,
  bool: 0x08,
  date: 0x09,
  null: 0x0a,
  regex: 0x0b,
  dbPointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  codeWithScope: 0x0f,
  int32: 0x10,
  timestamp: 0x11,
  int64: 0x12,
  decimal128: 0x13,
  minKey: 0xff,
  maxKey: 0x7f
} as const

/** The names that `$type` and error messages use, by type byte. */
export const typeNames: Readonly<Record<number, string>> = {
  [BsonType.double]: 'double',
  [BsonType.string]: 'string',
  [BsonType.document]: 'object',
  [BsonType.array]: 'array',
  [BsonType.binary]: 'binData',
  [BsonType.undefined]: 'undefined',
  [BsonType.objectId]: 'objectId',
  [BsonType.bool]: 'bool',
  [BsonType.date]: 'date',
  [BsonType.null]: 'null',
  [BsonType.regex]: 'regex',
  [BsonType.dbPointer]: 'dbPointer',
  [BsonType.code]: 'javascript',
  [BsonType.symbol]: 'symbol',
  [BsonType.codeWithScope]: 'javascriptWithScope',
  [BsonType.int32]: 'int',
  [BsonType.timestamp]: 'timestamp',
  [BsonType.int64]: 'long',
  [BsonType.decimal128]: 'decimal',
  [BsonType.minKey]: 'minKey',
  [BsonType.maxKey]: 'maxKey'
}

const KEEP_TYPES = { promoteValues: false, promoteBuffers: false, bsonRegExp: true } as const

export function documentValue (bytes: Buffer): Value {
  return { type: BsonType.document, bytes, start: 0, end: bytes.length }
}

/** The payload's bytes, not copied. Copy before keeping: they may lie in a network buffer. */
export function payload (value: Value): Buffer {
  return value.start === 0 && value.end === value.bytes.length
    ? value.bytes
    : value.bytes.subarray(value.start, value.end)
}

/** Encodes a JavaScript value; the classes of `bson` (Long, Double, Decimal128 …) keep their types. */
export function valueFrom (js: unknown): Value {
  const bytes = Buffer.from(serialize({ v: js }))
  return valueAt(bytes, 4, 7)
}

/** Encodes a JavaScript object as a BSON document. */
export function encode (document: Document): Buffer {
  return Buffer.from(serialize(document, { ignoreUndefined: true }))
}

/** Encodes the members of an object one behind the other, as they stand in a document. */
export function encodeMembers (members: Document): Buffer {
  return encode(members).subarray(4, -1)
}

/** Decodes a value; every number but a double stays an object of `bson`'s class, so that no type is lost. */
export function toJs (value: Value): unknown {
  const wrapped = buildDocument([['v', value]])
  return deserialize(wrapped, KEEP_TYPES).v
}

export function isDocument (value: Value | undefined): value is Value & { readonly type: typeof BsonType.document } {
  return value !== undefined && value.type === BsonType.document
}

export function isArray (value: Value | undefined): value is Value & { readonly type: typeof BsonType.array } {
  return value !== undefined && value.type === BsonType.array
}

/** How many bytes the payload of a value of `type` takes at `offset`. */
export function payloadSize (type: number, bytes: Buffer, offset: number): number {
  switch (type) {
    case BsonType.double:
    case BsonType.date:
    case BsonType.int64:
    case BsonType.timestamp:
      return 8
    case BsonType.int32:
      return 4
    case BsonType.string:
    case BsonType.code:
    case BsonType.symbol:
      return 4 + readLength(bytes, offset)
    case BsonType.document:
    case BsonType.array:
    case BsonType.codeWithScope:
      return readLength(bytes, offset)
    case BsonType.objectId:
      return 12
    case BsonType.bool:
      return 1
    case BsonType.binary:
      return 5 + readLength(bytes, offset)
    case BsonType.decimal128:
      return 16
    case BsonType.regex: {
      const patternEnd = bytes.indexOf(0, offset)
      return bytes.indexOf(0, patternEnd + 1) + 1 - offset
    }
    case BsonType.dbPointer:
      return 16 + readLength(bytes, offset)
    default:
      return 0 // null, undefined, minKey, maxKey
  }
}

/** A little-endian int32; by hand because it is the hottest read of the engine (a method call costs twice as much). */
export function readLength (bytes: Buffer, offset: number): number {
  return bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24)
}

/** Calls `visit` for each field of a document or element of an array, until it returns `false`. */
export function forEachField (document: Value, visit: (name: string, value: Value) => unknown): void {
  const { bytes, end } = document
  let at = document.start + 4
  while (at < end - 1) {
    const nameEnd = endOfName(bytes, at + 1)
    const value = valueAt(bytes, at, nameEnd + 1)
    if (visit(nameAt(bytes, at + 1, nameEnd), value) === false) return
    at = value.end
  }
}

/** The fields of a document or the elements of an array, in order; `forEachField` is the faster form. */
export function * fields (document: Value): Generator<[name: string, value: Value], void> {
  const { bytes, end } = document
  let at = document.start + 4
  while (at < end - 1) {
    const nameEnd = endOfName(bytes, at + 1)
    const value = valueAt(bytes, at, nameEnd + 1)
    yield [nameAt(bytes, at + 1, nameEnd), value]
    at = value.end
  }
}

/** The elements of an array in order; their names, which should be their indexes, are not looked at. */
export function arrayElements (array: Value): Value[] {
  const elements: Value[] = []
  let at = array.start + 4
  while (at < array.end - 1) {
    const value = valueAt(array.bytes, at, endOfName(array.bytes, at + 1) + 1)
    elements.push(value)
    at = value.end
  }
  return elements
}

/** The first field called `name`, found without decoding any other. */
export function findField (document: Value, name: string): Value | undefined {
  const key = byteString(name)
  const { bytes, end } = document
  let at = document.start + 4
  while (at < end - 1) {
    let i = 0
    while (i < key.length && bytes[at + 1 + i] === key.charCodeAt(i)) i++
    const nameEnd = endOfName(bytes, at + 1 + i)
    const value = valueAt(bytes, at, nameEnd + 1)
    if (i === key.length && nameEnd === at + 1 + i) return value
    at = value.end
  }
  return undefined
}

/** Whether a document or an array has no field. */
export function isEmpty (document: Value): boolean {
  return document.end - document.start === 5
}

/** Writes a document; values are copied in as they are, byte for byte. */
export function buildDocument (entries: Iterable<readonly [name: string, value: Value]>): Buffer {
  const fields = [...entries]
  let length = 5
  for (const [name, { start, end }] of fields) length += textBytes(name) + 2 + end - start
  const document = Buffer.allocUnsafe(length)
  let at = document.writeInt32LE(length)
  for (const [name, { type, bytes, start, end }] of fields) {
    document[at] = type
    at = writeText(document, name, at + 1)
    document[at++] = 0
    at += bytes.copy(document, at, start, end)
  }
  document[at] = 0
  return document
}

/** Writes an array; the names of its elements are their indexes. */
export function buildArray (elements: Iterable<Value>): Buffer {
  return buildDocument(withIndexes(elements))
}

export function arrayValue (elements: Iterable<Value>): Value {
  const bytes = buildArray(elements)
  return { type: BsonType.array, bytes, start: 0, end: bytes.length }
}

/** The text of a string, symbol or code value. */
export function stringOf (value: Value): string {
  return value.bytes.toString('utf8', value.start + 4, value.end - 1)
}

/** The nearest JavaScript number of an int32, int64 or double; a decimal128 is number.ts's matter. */
export function numberOf (value: Value): number {
  switch (value.type) {
    case BsonType.int32: return value.bytes.readInt32LE(value.start)
    case BsonType.int64: return Number(value.bytes.readBigInt64LE(value.start))
    default: return value.bytes.readDoubleLE(value.start)
  }
}

export function boolOf (value: Value): boolean {
  return value.bytes[value.start] === 1
}

function * withIndexes (elements: Iterable<Value>): Generator<[string, Value]> {
  let index = 0
  for (const element of elements) yield [String(index++), element]
}

function valueAt (bytes: Buffer, typeAt: number, start: number): Value {
  const type = bytes[typeAt]
  return { type, bytes, start, end: start + payloadSize(type, bytes, start) }
}

function endOfName (bytes: Buffer, from: number): number {
  let at = from
  while (bytes[at] !== 0) at++
  return at
}

/** A string whose char codes are the name's UTF-8 bytes: what a field name can be compared with byte by byte. */
function byteString (name: string): string {
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) > 0x7f) return Buffer.from(name).toString('latin1')
  }
  return name
}
