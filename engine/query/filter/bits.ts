import { describe, describeField } from '../../bson/describe.js'
import { isNaNValue, isNumber, wholeNumber } from '../../bson/number.js'
import { arrayElements, BsonType, payload, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseInteger } from '../integer.js'
import type { FilterNode } from './node.js'
import { testNode, type Operation, type ParseOperator } from './operator.js'

/** `$bitsAllSet` and its three siblings, on whole numbers (two's complement of endless length) and binary data. */
export const bitOperators: Readonly<Record<string, ParseOperator>> = {
  $bitsAllSet: (operation) => parseBits(operation, (positions, isSet) => every(positions, isSet)),
  $bitsAllClear: (operation) => parseBits(operation, (positions, isSet) => every(positions, (position) => !isSet(position))),
  $bitsAnySet: (operation) => parseBits(operation, (positions, isSet) => !every(positions, (position) => !isSet(position))),
  $bitsAnyClear: (operation) => parseBits(operation, (positions, isSet) => !every(positions, isSet))
}

type IsSet = (position: number) => boolean
type Accepts = (positions: Iterable<number>, isSet: IsSet) => boolean

function parseBits (operation: Operation, accepts: Accepts): FilterNode {
  const positions = readPositions(operation)
  return testNode(operation, {
    matches (value) {
      const isSet = value === undefined ? undefined : bitsOf(value)
      return isSet !== undefined && accepts(positions(), isSet)
    }
  })
}

/** The positions of the operand's bits. They are counted out anew each time: a mask of binary data can have millions. */
function readPositions ({ name, operand, path }: Operation): () => Iterable<number> {
  if (operand.type === BsonType.array) {
    const positions = arrayElements(operand).map(readPosition)
    return () => positions
  }
  if (isNumber(operand)) {
    const mask = parseInteger(name, operand, (reason) => new EngineError('FailedToParse', reason))
    if (mask < 0) throw new EngineError('FailedToParse', `Expected a non-negative number in: ${describeField(name, operand)}`)
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(mask)
    return () => setBits(bytes)
  }
  if (operand.type === BsonType.binary) return () => setBits(binaryContent(operand))
  throw new EngineError('BadValue', `${path} takes an Array, a number, or a BinData but received: ${describeField(name, operand)}`)
}

function readPosition (element: Value, index: number): number {
  const position = isNumber(element) ? wholeNumber(element) : undefined
  if (isNumber(element) && isNaNValue(element)) throw badPosition('cannot take a NaN', element, index)
  if (position === undefined) throw badPosition('must be an integer but got', element, index)
  if (position < 0) throw badPosition('must be >= 0 but got', element, index)
  if (position >= 2 ** 31) throw badPosition('cannot be represented as a 32-bit signed integer', element, index)
  return Number(position)
}

function badPosition (reason: string, element: Value, index: number): EngineError {
  return new EngineError('BadValue', `bit positions ${reason}: ${index}: ${describe(element)}`)
}

/** How to look at the bits of a value; `undefined` if it has none. */
function bitsOf (value: Value): IsSet | undefined {
  if (value.type === BsonType.binary) {
    const bytes = binaryContent(value)
    return (position) => bitAt(bytes, position)
  }
  const integer = isNumber(value) ? wholeNumber(value) : undefined
  if (integer === undefined) return undefined
  // The sign goes on for ever to the left.
  return (position) => (integer >> BigInt(Math.min(position, 63)) & 1n) === 1n
}

function bitAt (bytes: Buffer, position: number): boolean {
  const byte = Math.floor(position / 8)
  return byte < bytes.length && (bytes[byte] >> position % 8 & 1) === 1
}

function * setBits (bytes: Buffer): Generator<number> {
  for (let position = 0; position < bytes.length * 8; position++) {
    if (bitAt(bytes, position)) yield position
  }
}

function binaryContent (value: Value): Buffer {
  return payload(value).subarray(5)
}

function every (positions: Iterable<number>, holds: IsSet): boolean {
  for (const position of positions) {
    if (!holds(position)) return false
  }
  return true
}
