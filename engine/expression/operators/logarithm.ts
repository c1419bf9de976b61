import { squareRoot } from '../../bson/decimal-arithmetic.js'
import { decimalOf, decimalValue, doubleFromDecimal, isZero } from '../../bson/decimal.js'
import { describe } from '../../bson/describe.js'
import { doubleValue, int64Value, isNumber, nearestDouble, wholeNumber } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { BsonType, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Operand } from '../evaluation.js'
import { integerValue, numeric } from '../numeric.js'
import { isNullish, typeName } from '../operand.js'
import { binary, unary, type Operators } from '../operator.js'

/** Roots, powers and logarithms, whose results are doubles; of these only the root of a decimal is a decimal here. */
export const logarithmOperators: Operators = {
  $exp: unary(numeric((number, name) => ofDouble(number, name, Math.exp))),
  $ln: unary(numeric((number, name) => ofDouble(positive(number, 28766, name), name, Math.log))),
  $log: binary(logarithm),
  $log10: unary(numeric((number, name) => ofDouble(positive(number, 28761, name), name, Math.log10))),
  $pow: binary(power),
  $sqrt: unary(numeric(root))
}

function root (number: Value, name: string): Value {
  const sign = number.type === BsonType.decimal128 ? signOf(number) : nearestDouble(number)
  if (sign < 0) throw new EngineError(28714, "$sqrt's argument must be greater than or equal to 0")
  return number.type === BsonType.decimal128 ? decimalValue(squareRoot(decimalOf(number))) : ofDouble(number, name, Math.sqrt)
}

function signOf (number: Value): number {
  const decimal = decimalOf(number)
  return isZero(decimal) ? 0 : doubleFromDecimal({ ...decimal, coefficient: 1n, exponent: 0 })
}

function logarithm (argument: Operand, base: Operand, name: string): Value {
  if (isNullish(argument) || isNullish(base)) return NULL
  if (!isNumber(argument)) throw new EngineError(28756, `$log's argument must be numeric, not ${typeName(argument)}`)
  if (!isNumber(base)) throw new EngineError(28757, `$log's base must be numeric, not ${typeName(base)}`)
  positive(argument, 28758, name)
  if (!(nearestDouble(base) > 0) || nearestDouble(base) === 1) {
    throw new EngineError(28759, `$log's base must be a positive number not equal to 1, but is ${describe(base)}`)
  }
  refuseDecimal(base, name)
  return ofDouble(argument, name, (number) => Math.log(number) / Math.log(nearestDouble(base)))
}

/** A power of integers is an integer if it is one and fits in 64 bits, otherwise a double. */
function power (base: Operand, exponent: Operand, name: string): Value {
  if (isNullish(base) || isNullish(exponent)) return NULL
  if (!isNumber(base)) throw new EngineError(28762, `$pow's base must be numeric, not ${typeName(base)}`)
  if (!isNumber(exponent)) throw new EngineError(28763, `$pow's exponent must be numeric, not ${typeName(exponent)}`)
  if (nearestDouble(base) === 0 && nearestDouble(exponent) < 0) {
    throw new EngineError(28764, '$pow cannot take a base of 0 and a negative exponent')
  }
  refuseDecimal(exponent, name)
  return integerPower(base, exponent) ?? ofDouble(base, name, (number) => number ** nearestDouble(exponent))
}

function integerPower (base: Value, exponent: Value): Value | undefined {
  if (base.type === BsonType.double || base.type === BsonType.decimal128 || exponent.type === BsonType.double) return undefined
  const result = exactPower(wholeNumber(base) ?? 0n, wholeNumber(exponent) ?? 0n)
  if (result === undefined || BigInt.asIntN(64, result) !== result) return undefined
  const isNarrow = base.type === BsonType.int32 && exponent.type === BsonType.int32
  return isNarrow ? integerValue(result) : int64Value(result)
}

function exactPower (base: bigint, exponent: bigint): bigint | undefined {
  if (base === 1n || base === -1n) return exponent % 2n === 0n ? 1n : base
  return exponent >= 0n && exponent < 64n ? base ** exponent : base === 0n ? 0n : undefined
}

function positive (number: Value, code: number, name: string): Value {
  if (number.type === BsonType.decimal128 ? signOf(number) > 0 : nearestDouble(number) > 0 || Number.isNaN(nearestDouble(number))) return number
  throw new EngineError(code, `${name}'s argument must be a positive number, but is ${describe(number)}`)
}

function ofDouble (number: Value, name: string, calculate: (number: number) => number): Value {
  refuseDecimal(number, name)
  return doubleValue(calculate(nearestDouble(number)))
}

/** @throws {EngineError} NotImplemented: such a function of a decimal would have to be exact to 34 digits */
export function refuseDecimal ({ type }: Value, name: string): void {
  if (type === BsonType.decimal128) throw new EngineError('NotImplemented', `${name} of a decimal is not supported by this server`)
}
