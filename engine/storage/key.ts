import { createHash } from 'node:crypto'
import type { Collation } from '../collation/collation.js'
import { FieldCursor } from '../bson/field-cursor.js'
import { isNumberType } from '../bson/number.js'
import { typeBracket } from '../bson/order.js'
import { BsonType, readLength, stringOf, type Value } from '../bson/value.js'
import { writeNumber } from './key-number.js'
import { KeyWriter } from './key-writer.js'

/**
 * Keys whose bytes are in the order of the BSON values in them. Each value is its type's place in MongoDB's order and
 * then its content, written so that no value's bytes are the beginning of another's: values can be put one behind the
 * other, and all keys that begin with a value begin with its bytes. Descending fields have all bits inverted.
 */

/** What of a key is stored: LMDB takes at most 1,978 bytes, of which an index row needs some for the record's id. */
const STORED_BYTES = 1500
/** Marks a key that was cut; behind it is the SHA-256 of the whole, so that different keys stay different. */
const CUT = 0xff

// Encoding a key neither waits nor calls itself, so that one writer serves all.
const writer = new KeyWriter()

/**
 * The key of some values; `undefined` is a missing value, which counts as null. It may be longer than what is stored.
 * @param collation by which strings that are equal get equal keys, whose order is none then
 */
export function encodeKey (values: readonly (Value | undefined)[], directions: readonly (1 | -1)[], collation?: Collation): Buffer {
  values.forEach((value, at) => {
    const start = writer.length
    writeField(value, collation)
    if (directions[at] < 0) writer.invertFrom(start)
  })
  return writer.take()
}

/** The id under which a document is stored: the key of its `_id`, by the collation of its collection. */
export function recordIdOf (id: Value, collation?: Collation): Buffer {
  return storedKey(encodeKey([id], [1], collation))
}

/** A key as it is stored: a long one is cut, so that keys with the same 1,500 bytes are in no particular order. */
export function storedKey (key: Buffer, bytes = STORED_BYTES): Buffer {
  if (key.length <= bytes) return key
  return Buffer.concat([key.subarray(0, bytes), Buffer.of(CUT), createHash('sha256').update(key).digest()])
}

export function isCut (storedKey: Buffer): boolean {
  return storedKey.length > STORED_BYTES
}

/** Whether a bound tells stored keys apart as it does whole ones. */
export function isStoredWhole (bound: Buffer): boolean {
  return bound.length <= STORED_BYTES
}

/** The lowest stored key that a key at or above the bound can have. */
export function storedStart (bound: Buffer): Buffer {
  return isStoredWhole(bound) ? bound : bound.subarray(0, STORED_BYTES)
}

/** A bound above all stored keys that a key below the bound can have. */
export function storedEnd (bound: Buffer): Buffer {
  return isStoredWhole(bound) ? bound : successor(bound.subarray(0, STORED_BYTES))
}

/** The smallest bytes greater than everything that begins with `prefix`, which must not be all 0xFF (no key is). */
export function successor (prefix: Buffer): Buffer {
  let last = prefix.length - 1
  while (prefix[last] === 0xff) last--
  const next = Buffer.from(prefix.subarray(0, last + 1))
  next[last]++
  return next
}

/** The bounds of all values that compare with `type` by value (all numbers, say): from `start` up to below `end`. */
export function bracketBounds (type: number, direction: 1 | -1): { start: Buffer, end: Buffer } {
  const place = placeOf(type)
  const start = Buffer.of(direction > 0 ? place : place ^ 0xff)
  return { start, end: successor(start) }
}

/** Above zero, because a zero ends documents and arrays. */
function placeOf (type: number): number {
  return typeBracket(type) + 2
}

function writeField (value: Value | undefined, collation: Collation | undefined): void {
  writer.byte(placeOf(value?.type ?? BsonType.null))
  if (value !== undefined) writeContent(value, collation)
}

function writeContent (value: Value, collation: Collation | undefined): void {
  if (isNumberType(value.type)) return writeNumber(writer, value)
  const { type, bytes, start, end } = value
  switch (type) {
    case BsonType.string:
    case BsonType.symbol:
      if (collation !== undefined) return writeFolded(collation.fold(stringOf(value)))
      return writeText(bytes, start + 4, end - 1)
    case BsonType.code:
      return writeText(bytes, start + 4, end - 1)
    case BsonType.document:
    case BsonType.array:
      return writeFields(value, type === BsonType.document, collation)
    case BsonType.binary:
    case BsonType.dbPointer:
      writer.uint32(readLength(bytes, start))
      return writer.copy(bytes, start + 4, end)
    case BsonType.date:
      writer.reversed8(bytes, start)
      return writer.flip(writer.length - 8, 0x80) // negative dates first
    case BsonType.timestamp:
      return writer.reversed8(bytes, start)
    case BsonType.codeWithScope:
      return writeCodeWithScope(value, collation)
    default:
      // An objectId, a bool, and a regex, whose two texts cannot contain their closing zeros; the rest has no content.
      return writer.copy(bytes, start, end)
  }
}

/** UTF-8 with each zero byte written as 00 FF and 00 00 at the end; BSON has a zero of its own at `end`. */
function writeText (bytes: Buffer, start: number, end: number): void {
  let from = start
  for (let zero = bytes.indexOf(0, from); zero < end; zero = bytes.indexOf(0, from)) {
    writer.copy(bytes, from, zero + 1)
    writer.byte(0xff)
    from = zero + 1
  }
  writer.copy(bytes, from, end)
  writer.byte(0)
  writer.byte(0)
}

function writeFolded (text: string): void {
  const bytes = Buffer.from(`${text}\0`)
  writeText(bytes, 0, bytes.length - 1)
}

/** Each field as type, name (in documents) and content, and a zero at the end: the order in which they are compared. */
function writeFields (document: Value, named: boolean, collation: Collation | undefined): void {
  const cursor = new FieldCursor(document)
  while (cursor.next()) {
    const { nameStart, value } = cursor
    writer.byte(placeOf(value.type))
    if (named) writer.copy(value.bytes, nameStart, value.start)
    writeContent(value, collation)
  }
  writer.byte(0)
}

function writeCodeWithScope ({ bytes, start, end }: Value, collation: Collation | undefined): void {
  const code = start + 4
  const scope = code + 4 + readLength(bytes, code)
  writeText(bytes, code + 4, scope - 1)
  writeFields({ type: BsonType.document, bytes, start: scope, end }, true, collation)
}
