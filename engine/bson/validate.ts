import { isUtf8 } from 'node:buffer'
import { EngineError } from '../errors.js'
import { BsonType, payloadSize, readLength, typeNames } from './value.js'

/** MongoDB's documented limit for nested documents ("MongoDB Limits and Thresholds"). */
export const MAX_DEPTH = 100

/**
 * Checks that `[start, end)` is one well-formed BSON document: lengths, types, terminators, UTF-8, nesting. All that
 * comes from outside passes here once; the rest of the engine then trusts the bytes.
 * @throws {EngineError} InvalidBSON, or Overflow for a document that is nested too deeply
 */
export function validateDocument (bytes: Buffer, start: number, end: number, depth = 1): void {
  // 15 Overflow is what mongod answers for depth, so that a client can tell it from damage.
  if (depth > MAX_DEPTH) throw new EngineError('Overflow', `BSONObj exceeds maximum nested object depth: ${MAX_DEPTH}`)
  if (end - start < 5 || readLength(bytes, start) !== end - start) throw invalid('incorrect BSON length')
  const last = end - 1
  if (bytes[last] !== 0) throw invalid('object not terminated with EOO')
  let at = start + 4
  while (at < last) at = validateField(bytes, at, last, depth)
}

/** Checks the field at `at`, which must end before or at `limit`, and returns where the next one begins. */
function validateField (bytes: Buffer, at: number, limit: number, depth: number): number {
  const type = bytes[at]
  if (typeNames[type] === undefined) throw invalid(`Unrecognized BSON type: ${type}`)
  const nameEnd = endOfString(bytes, at + 1, limit)
  checkUtf8(bytes, at + 1, nameEnd)
  const start = nameEnd + 1
  const end = start + sizeWithin(type, bytes, start, limit)
  if (end > limit) throw invalid('value reaches past the end of its document')
  validatePayload(type, bytes, start, end, depth)
  return end
}

function validatePayload (type: number, bytes: Buffer, start: number, end: number, depth: number): void {
  switch (type) {
    case BsonType.document:
    case BsonType.array:
      return validateDocument(bytes, start, end, depth + 1)
    case BsonType.string:
    case BsonType.code:
    case BsonType.symbol:
      return validateString(bytes, start, end)
    case BsonType.dbPointer:
      return validateString(bytes, start, end - 12)
    case BsonType.codeWithScope:
      return validateCodeWithScope(bytes, start, end, depth)
    case BsonType.regex:
      return checkUtf8(bytes, start, end)
    case BsonType.bool:
      if (bytes[start] > 1) throw invalid('bool is neither 0 nor 1')
      return
    case BsonType.binary:
      // Subtype 2 has a second length inside, which must agree with the first.
      if (bytes[start + 4] === 2 && readLength(bytes, start) !== readLength(bytes, start + 5) + 4) throw invalid('old binary length')
  }
}

/** The payload's size, from a length that has not been checked yet: never negative, never past `limit`. */
function sizeWithin (type: number, bytes: Buffer, start: number, limit: number): number {
  if (type === BsonType.regex) {
    const patternEnd = endOfString(bytes, start, limit)
    return endOfString(bytes, patternEnd + 1, limit) + 1 - start
  }
  const smallest = SMALLEST_WITH_LENGTH[type]
  if (smallest === undefined) return payloadSize(type, bytes, start)
  if (start + 4 > limit) throw invalid('length reaches past the end of its document')
  const size = payloadSize(type, bytes, start)
  if (size < smallest || size > limit - start) throw invalid('value has an impossible length')
  return size
}

/** The types whose payload begins with a length, with the size of their smallest payload. */
const SMALLEST_WITH_LENGTH: Readonly<Record<number, number | undefined>> = {
  [BsonType.string]: 5,
  [BsonType.code]: 5,
  [BsonType.symbol]: 5,
  [BsonType.document]: 5,
  [BsonType.array]: 5,
  [BsonType.binary]: 5,
  [BsonType.dbPointer]: 17,
  [BsonType.codeWithScope]: 14
}

function validateString (bytes: Buffer, start: number, end: number): void {
  if (bytes[end - 1] !== 0 || start + 4 + readLength(bytes, start) !== end) throw invalid('string is not terminated')
  checkUtf8(bytes, start + 4, end - 1)
}

function validateCodeWithScope (bytes: Buffer, start: number, end: number, depth: number): void {
  const codeStart = start + 4
  const codeSize = 4 + readLength(bytes, codeStart)
  if (codeSize < 5 || codeSize > end - codeStart - 5) throw invalid('code has an impossible length')
  validateString(bytes, codeStart, codeStart + codeSize)
  validateDocument(bytes, codeStart + codeSize, end, depth + 1)
}

function endOfString (bytes: Buffer, from: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    if (bytes[at] === 0) return at
  }
  throw invalid('field name or regex is not terminated')
}

function checkUtf8 (bytes: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] > 0x7f) {
      if (!isUtf8(bytes.subarray(start, end))) throw invalid('text is not valid UTF-8')
      return
    }
  }
}

function invalid (reason: string): EngineError {
  return new EngineError('InvalidBSON', `Invalid BSON: ${reason}`)
}
