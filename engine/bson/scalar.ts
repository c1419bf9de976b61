import { BsonType, type Value } from './value.js'

const NOTHING = Buffer.alloc(0)

export const NULL: Value = { type: BsonType.null, bytes: NOTHING, start: 0, end: 0 }
export const EMPTY_DOCUMENT: Value = { type: BsonType.document, bytes: Buffer.of(5, 0, 0, 0, 0), start: 0, end: 5 }
export const TRUE: Value = { type: BsonType.bool, bytes: Buffer.of(1), start: 0, end: 1 }
export const FALSE: Value = { type: BsonType.bool, bytes: Buffer.of(0), start: 0, end: 1 }

export function boolValue (bool: boolean): Value {
  return bool ? TRUE : FALSE
}

export function stringValue (text: string): Value {
  const length = Buffer.byteLength(text)
  const bytes = Buffer.allocUnsafe(length + 5)
  bytes.writeInt32LE(length + 1)
  bytes.write(text, 4)
  bytes[length + 4] = 0
  return { type: BsonType.string, bytes, start: 0, end: bytes.length }
}

/** A date, given in milliseconds since 1970. */
export function dateValue (milliseconds: bigint): Value {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigInt64LE(milliseconds)
  return { type: BsonType.date, bytes, start: 0, end: 8 }
}

/** The milliseconds since 1970 of a date; BSON has dates that JavaScript's Date has not. */
export function millisecondsOf (date: Value): bigint {
  return date.bytes.readBigInt64LE(date.start)
}
