import { describe } from '../../bson/describe.js'
import { isNumber, wholeNumber } from '../../bson/number.js'
import { boolValue, NULL, stringValue } from '../../bson/scalar.js'
import { BsonType, isDocument, stringOf, typeNames } from '../../bson/value.js'
import { codes, EngineError } from '../../errors.js'
import { convert, isConvertible } from '../convert.js'
import type { EvaluationContext, Expression, Operand } from '../evaluation.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import { unary, type Operation, type Operators, type ParseOperator } from '../operator.js'

export const typeOperators: Operators = {
  $convert: parseConvert,
  $isNumber: unary((operand) => boolValue(operand !== undefined && isNumber(operand))),
  $toBool: to(BsonType.bool),
  $toDate: to(BsonType.date),
  $toDecimal: to(BsonType.decimal128),
  $toDouble: to(BsonType.double),
  $toInt: to(BsonType.int32),
  $toLong: to(BsonType.int64),
  $toObjectId: to(BsonType.objectId),
  $toString: to(BsonType.string),
  $type: unary((operand) => stringValue(typeName(operand)))
}

function to (type: number): ParseOperator {
  return unary((operand) => isNullish(operand) ? NULL : convert(operand, type))
}

function parseConvert ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) {
    throw new EngineError('FailedToParse', `$convert expects an object of named arguments but found: ${typeName(operand)}`)
  }
  const members = readMembers(operand, ['input', 'to', 'onError', 'onNull'], (name) => new EngineError('FailedToParse', `$convert found an unknown argument: ${name}`))
  const input = parse(required(members, 'input', codes.FailedToParse, "Missing 'input' parameter to $convert"))
  const target = parse(required(members, 'to', codes.FailedToParse, "Missing 'to' parameter to $convert"))
  const onError = optional(members, 'onError', parse)
  const onNull = optional(members, 'onNull', parse)
  return {
    isConstant: [input, target, onError, onNull].every((part) => part?.isConstant ?? true),
    evaluate (context) {
      const value = input.evaluate(context)
      const type = target.evaluate(context)
      // A null value comes first, whatever it were to become.
      if (isNullish(value)) return onNull === undefined ? NULL : onNull.evaluate(context)
      return isNullish(type) ? NULL : orElse(onError, context, () => convert(value, readType(type)))
    }
  }
}

/** Gives the value for errors instead of one that comes of the conversion itself. */
export function orElse (onError: Expression | undefined, context: EvaluationContext, work: () => Operand): Operand {
  try {
    return work()
  } catch (error) {
    if (onError === undefined || !(error instanceof EngineError) || error.code !== codes.ConversionFailure) throw error
    return onError.evaluate(context)
  }
}

function readType (operand: NonNullable<Operand>): number {
  const type = operand.type === BsonType.string ? typeNamed(stringOf(operand)) : isNumber(operand) ? Number(wholeNumber(operand) ?? NaN) : undefined
  if (type === undefined || Number.isNaN(type)) {
    throw new EngineError('FailedToParse', `$convert's 'to' argument must be a string or number, but is ${typeName(operand)}`)
  }
  if (typeNames[type] === undefined) throw new EngineError('FailedToParse', `In $convert, numeric value for 'to' does not correspond to a BSON type: ${describe(operand)}`)
  if (!isConvertible(type)) throw new EngineError('ConversionFailure', `Unsupported conversion to ${typeNames[type]} in $convert with no onError value`)
  return type
}

function typeNamed (name: string): number {
  const found = Object.entries(typeNames).find(([, typeName]) => typeName === name)
  if (found === undefined) throw new EngineError('BadValue', `Unknown type name: ${name}`)
  return Number(found[0])
}
