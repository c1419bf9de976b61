import { remainderOf } from '../../bson/decimal-arithmetic.js'
import { isZero } from '../../bson/decimal.js'
import { arithmeticDecimal, compareNumbers, isNaNValue, isNumber } from '../../bson/number.js'
import { BsonType, boolOf, type Value } from '../../bson/value.js'
import { badOperand, wrongOperand } from './operands.js'
import { simpleRule, type ParseKeyword, type Parsing, type Rule } from './rule.js'

/** `multipleOf`, `maximum` and `minimum` with what makes them exclusive. */
export const numberKeywords: Readonly<Record<string, ParseKeyword>> = {
  multipleOf: parseMultipleOf,
  maximum: (operand, keyword, parsing) => parseBound(operand, keyword, 'exclusiveMaximum', parsing, -1),
  exclusiveMaximum: (_operand, keyword, parsing) => checkBound('maximum', keyword, parsing),
  minimum: (operand, keyword, parsing) => parseBound(operand, keyword, 'exclusiveMinimum', parsing, 1),
  exclusiveMinimum: (_operand, keyword, parsing) => checkBound('minimum', keyword, parsing)
}

/** Doubles count as the decimals of 15 digits that they are written with: 0.3 is a multiple of 0.1. */
function parseMultipleOf (operand: Value, keyword: string): Rule {
  checkNumber(keyword, operand)
  const divisor = arithmeticDecimal(operand)
  if (divisor.negative || isZero(divisor)) throw badOperand(keyword, 'must have a positive value')
  return simpleRule(keyword, { [keyword]: operand }, 'considered value is not a multiple of the specified value', (value) =>
    !isNumber(value) || isZero(remainderOf(arithmeticDecimal(value), divisor)))
}

/** @param side 1 for a bound that values are above */
function parseBound (operand: Value, keyword: string, exclusive: string, { keywords }: Parsing, side: 1 | -1): Rule {
  checkNumber(keyword, operand)
  const isExclusive = readExclusive(exclusive, keywords.get(exclusive))
  const specifiedAs = { [keyword]: operand, ...(isExclusive && { [exclusive]: true }) }
  return simpleRule(keyword, specifiedAs, 'comparison failed', (value) => !isNumber(value) || isWithin(value, operand, side, isExclusive))
}

/** NaN is within no bound but that of NaN. */
function isWithin (value: Value, bound: Value, side: 1 | -1, isExclusive: boolean): boolean {
  const difference = compareNumbers(value, bound) * side
  if (difference === 0) return !isExclusive
  return difference > 0 && !isNaNValue(value) && !isNaNValue(bound)
}

function readExclusive (keyword: string, operand: Value | undefined): boolean {
  if (operand === undefined) return false
  if (operand.type !== BsonType.bool) throw wrongOperand(keyword, 'must be a boolean')
  return boolOf(operand)
}

function checkBound (bound: string, keyword: string, { keywords }: Parsing): undefined {
  if (!keywords.has(bound)) throw badOperand(bound, `must be a present if ${keyword} is present`)
}

function checkNumber (keyword: string, operand: Value): void {
  if (!isNumber(operand)) throw wrongOperand(keyword, 'must be a number')
}
