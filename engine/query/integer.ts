import { describeField } from '../bson/describe.js'
import { isNaNValue, isNumber, truncatedInteger, wholeNumber } from '../bson/number.js'
import { BsonType, type Value } from '../bson/value.js'
import type { EngineError } from '../errors.js'

/** Reads a whole number that fits in 64 bits; `error` makes the error of a reason that MongoDB would give. */
export function parseInteger (name: string, operand: Value, error: (reason: string) => EngineError): bigint {
  if (!isNumber(operand)) throw error(`Expected a number in: ${describeField(name, operand)}`)
  const integer = wholeNumber(operand)
  if (integer !== undefined) return integer
  throw error(`${reasonOf(operand)}: ${describeField(name, operand)}`)
}

function reasonOf (operand: Value): string {
  if (operand.type === BsonType.decimal128) return 'Cannot represent as a 64-bit integer'
  if (isNaNValue(operand)) return 'Expected an integer, but found NaN in'
  return truncatedInteger(operand) === undefined ? 'Cannot represent as a 64-bit integer' : 'Expected an integer'
}
