import type { Collation } from '../collation/collation.js'
import { FieldCursor } from './field-cursor.js'
import { compareNumbers } from './number.js'
import { BsonType, payload, readLength, stringOf, type Value } from './value.js'

/**
 * The places of the types in MongoDB's order ("Comparison/Sort Order" of the manual; the numbers are those of
 * `canonicalizeBSONType`). Types of one place are compared by value: all numbers, and strings with symbols.
 */
const brackets: Readonly<Record<number, number>> = {
  [BsonType.minKey]: -1,
  [BsonType.undefined]: 0,
  [BsonType.null]: 5,
  [BsonType.double]: 10,
  [BsonType.int32]: 10,
  [BsonType.int64]: 10,
  [BsonType.decimal128]: 10,
  [BsonType.string]: 15,
  [BsonType.symbol]: 15,
  [BsonType.document]: 20,
  [BsonType.array]: 25,
  [BsonType.binary]: 30,
  [BsonType.objectId]: 35,
  [BsonType.bool]: 40,
  [BsonType.date]: 45,
  [BsonType.timestamp]: 47,
  [BsonType.regex]: 50,
  [BsonType.dbPointer]: 55,
  [BsonType.code]: 60,
  [BsonType.codeWithScope]: 65,
  [BsonType.maxKey]: 127
}

/** The place of a type in the order of types; values of different places are never equal. */
export function typeBracket (type: number): number {
  return brackets[type]
}

/**
 * MongoDB's total order of all values. A missing value (`undefined`) has the place of null.
 * @param collation the order of strings, also of those in documents and arrays
 */
export function compareValues (a: Value | undefined, b: Value | undefined, collation?: Collation): number {
  const type = a?.type ?? BsonType.null
  const bracket = brackets[type]
  const difference = bracket - brackets[b?.type ?? BsonType.null]
  if (difference !== 0) return difference
  if (a === undefined || b === undefined) return 0
  return bracket === brackets[BsonType.int32] ? compareNumbers(a, b) : compareWithin(type, a, b, collation)
}

/** Equal in the sense of that order: 1 equals 1.0, also deep inside documents, whose fields must be in the same order. */
export function equalValues (a: Value | undefined, b: Value | undefined, collation?: Collation): boolean {
  if (a?.type === b?.type && a !== undefined && b !== undefined && isScalar(a.type)) {
    return collation !== undefined && isText(a.type) ? compareCollated(a, b, collation) === 0 : equalBytes(a, b)
  }
  return compareValues(a, b, collation) === 0
}

/** Whether values of a type are compared by a collation; code is not. */
export function isText (type: number): boolean {
  return type === BsonType.string || type === BsonType.symbol
}

/** The types whose values are equal exactly when their bytes are. */
function isScalar (type: number): boolean {
  return brackets[type] !== brackets[BsonType.int32] && !(type in withFields)
}

const withFields: Readonly<Record<number, true>> = {
  [BsonType.document]: true,
  [BsonType.array]: true,
  [BsonType.codeWithScope]: true
}

function equalBytes (a: Value, b: Value): boolean {
  if (a.end - a.start !== b.end - b.start) return false
  // A native comparison costs more than a short loop, and most values that differ do so in their first bytes.
  for (let at = a.start, other = b.start; at < a.end; at++, other++) {
    if (a.bytes[at] !== b.bytes[other]) return false
  }
  return true
}

function compareWithin (type: number, a: Value, b: Value, collation: Collation | undefined): number {
  switch (type) {
    case BsonType.string:
    case BsonType.symbol:
      return collation === undefined ? compareText(a, b) : compareCollated(a, b, collation)
    case BsonType.code:
      return compareText(a, b)
    case BsonType.document:
    case BsonType.array:
      return compareFields(a, b, type === BsonType.document, collation)
    case BsonType.binary:
    case BsonType.dbPointer:
      return compareSizedBytes(a, b)
    case BsonType.date:
      return compareInt64(a, b, a.bytes.readInt32LE(a.start + 4) - b.bytes.readInt32LE(b.start + 4))
    case BsonType.timestamp:
      return compareInt64(a, b, a.bytes.readUInt32LE(a.start + 4) - b.bytes.readUInt32LE(b.start + 4))
    case BsonType.codeWithScope:
      return compareCodeWithScope(a, b, collation)
    default:
      // An objectId, a bool and a regex (pattern, zero, options, zero) are ordered by their bytes; the rest has none.
      return compareBytes(a, a.start, a.end, b, b.start, b.end)
  }
}

/** UTF-8 text by its bytes, which is the order of code points and not JavaScript's order of UTF-16 units. */
function compareText (a: Value, b: Value): number {
  return compareBytes(a, a.start + 4, a.end, b, b.start + 4, b.end)
}

function compareCollated (a: Value, b: Value, collation: Collation): number {
  return collation.compare(stringOf(a), stringOf(b))
}

/** First the length, then the subtype and the bytes. */
function compareSizedBytes (a: Value, b: Value): number {
  const difference = readLength(a.bytes, a.start) - readLength(b.bytes, b.start)
  return difference !== 0 ? difference : compareBytes(a, a.start + 4, a.end, b, b.start + 4, b.end)
}

function compareInt64 (a: Value, b: Value, highDifference: number): number {
  return highDifference !== 0 ? highDifference : a.bytes.readUInt32LE(a.start) - b.bytes.readUInt32LE(b.start)
}

function compareCodeWithScope (a: Value, b: Value, collation: Collation | undefined): number {
  const [code, otherCode] = [codeOf(a), codeOf(b)]
  const difference = compareText(code, otherCode)
  if (difference !== 0) return difference
  return compareFields({ ...a, start: code.end }, { ...b, start: otherCode.end }, true, collation)
}

function codeOf (value: Value): Value {
  const start = value.start + 4
  return { type: BsonType.code, bytes: value.bytes, start, end: start + 4 + readLength(value.bytes, start) }
}

/** Field by field: by the type's place, by the name (in documents), then by the value; the shorter one comes first. */
function compareFields (a: Value, b: Value, named: boolean, collation: Collation | undefined): number {
  // The same bytes are the same value, which spares the walk where documents are compared for equality.
  if (payload(a).equals(payload(b))) return 0
  const left = new FieldCursor(a)
  const right = new FieldCursor(b)
  while (left.next()) {
    if (!right.next()) return 1
    const difference = compareField(left, right, named, collation)
    if (difference !== 0) return difference
  }
  return right.next() ? -1 : 0
}

function compareField (left: FieldCursor, right: FieldCursor, named: boolean, collation: Collation | undefined): number {
  const a = left.value
  const b = right.value
  const bracketDifference = brackets[a.type] - brackets[b.type]
  if (bracketDifference !== 0) return bracketDifference
  const nameDifference = named ? compareBytes(a, left.nameStart, a.start, b, right.nameStart, b.start) : 0
  return nameDifference !== 0 ? nameDifference : compareValues(a, b, collation)
}

function compareBytes (a: Value, aStart: number, aEnd: number, b: Value, bStart: number, bEnd: number): number {
  return a.bytes.compare(b.bytes, bStart, bEnd, aStart, aEnd)
}
