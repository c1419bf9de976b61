import { describeField } from '../../bson/describe.js'
import { int32Value, int64Value } from '../../bson/number.js'
import { BsonType, fields, numberOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { describeId } from '../describe-id.js'
import { onNamedField, type Target } from '../modifier.js'
import { isIdentical } from './set.js'

type Combine = (a: bigint, b: bigint) => bigint

const combinations = new Map<string, Combine>([
  ['and', (a, b) => a & b],
  ['or', (a, b) => a | b],
  ['xor', (a, b) => a ^ b]
])

/** `$bit`: `and`, `or` and `xor` with an int32 or int64, one after the other; a missing field counts as zero. */
export const bit = onNamedField((argument) => {
  const operations = parseOperations(argument)
  return (before, target) => {
    if (before !== undefined && !isIntegral(before)) throw notIntegral(before, target)
    const after = operations.reduce((value, operation) => operation(value), before ?? int32Value(0))
    return before !== undefined && isIdentical(before, after) ? before : after
  }
})

function parseOperations (argument: Value): Array<(value: Value) => Value> {
  if (argument.type !== BsonType.document) {
    throw badValue(`The $bit modifier is not compatible with a ${typeNames[argument.type]}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`)
  }
  const operations = [...fields(argument)].map(([name, operand]) => parseOperation(name, operand))
  if (operations.length === 0) {
    throw badValue('You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}')
  }
  return operations
}

function parseOperation (name: string, operand: Value): (value: Value) => Value {
  const combine = combinations.get(name)
  if (combine === undefined) {
    throw badValue(`The $bit modifier only supports 'and', 'or', and 'xor', not '${name}' which is an unknown operator: {${describeField(name, operand)}}`)
  }
  if (!isIntegral(operand)) {
    throw badValue(`The $bit modifier field must be an Integer(32/64 bit); a '${typeNames[operand.type]}' is not supported here: {${describeField(name, operand)}}`)
  }
  return (value) => {
    const result = combine(integerOf(value), integerOf(operand))
    const isInt32 = value.type === BsonType.int32 && operand.type === BsonType.int32
    return isInt32 ? int32Value(Number(result)) : int64Value(result)
  }
}

function isIntegral ({ type }: Value): boolean {
  return type === BsonType.int32 || type === BsonType.int64
}

function integerOf (value: Value): bigint {
  return value.type === BsonType.int64 ? value.bytes.readBigInt64LE(value.start) : BigInt(numberOf(value))
}

function notIntegral (before: Value, { name, run }: Target): EngineError {
  const id = describeId(run.document)
  return badValue(`Cannot apply $bit to a value of non-integral type.${id} has the field ${name} of non-integer type ${typeNames[before.type]}`)
}

function badValue (message: string): EngineError {
  return new EngineError('BadValue', message)
}
