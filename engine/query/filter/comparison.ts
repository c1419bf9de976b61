import { isNaNValue, isNumberType } from '../../bson/number.js'
import { compareValues, equalValues, typeBracket } from '../../bson/order.js'
import { BsonType, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import type { FilterNode, Test } from './node.js'
import { negate, testNode, type Operation, type ParseOperator, type Parser } from './operator.js'

/** `$eq $ne $gt $gte $lt $lte`: values are compared with values of their own type's place in the order only. */
export const comparisonOperators: Readonly<Record<string, ParseOperator>> = {
  $eq: parseComparison,
  $ne: parseNotEqual,
  $gt: parseComparison,
  $gte: parseComparison,
  $lt: parseComparison,
  $lte: parseComparison
}

/** The condition of a plain value, as in `{ a: 5 }`. */
export function equalityNode (path: string, operand: Value, { collation }: Pick<Parser, 'collation'>): FilterNode {
  if (operand.type === BsonType.undefined) throw new EngineError('BadValue', 'cannot compare to undefined')
  return { kind: 'path', path, tests: [{ operator: '$eq', operand, leaf: 'elements', matches: comparisons.$eq(operand, collation) }] }
}

function parseComparison (operation: Operation): FilterNode {
  const { name, operand, path, parser } = operation
  if (operand.type === BsonType.undefined) throw new EngineError('BadValue', 'cannot compare to undefined')
  if (operand.type === BsonType.regex && name !== '$eq') {
    throw new EngineError('BadValue', `Can't have RegEx as arg to predicate over field '${path}'.`)
  }
  return testNode(operation, { matches: comparisons[name](operand, parser.collation) })
}

function parseNotEqual ({ path, operand, parser }: Operation): FilterNode {
  if (operand.type === BsonType.regex) throw new EngineError('BadValue', "Can't have regex as arg to $ne.")
  return negate(equalityNode(path, operand, parser))
}

type Matches = Test['matches']

const comparisons: Readonly<Record<string, (operand: Value, collation: Collation | undefined) => Matches>> = {
  $eq: (operand, collation) => isNullish(operand.type) ? matchesNull : (value) => value !== undefined && equalValues(value, operand, collation),
  $gt: (operand, collation) => ordered(operand, { collation, equal: false, accepts: (difference) => difference > 0 }),
  $gte: (operand, collation) => ordered(operand, { collation, equal: true, accepts: (difference) => difference >= 0 }),
  $lt: (operand, collation) => ordered(operand, { collation, equal: false, accepts: (difference) => difference < 0 }),
  $lte: (operand, collation) => ordered(operand, { collation, equal: true, accepts: (difference) => difference <= 0 })
}

interface Comparison {
  readonly collation: Collation | undefined
  /** Whether it holds for equal values. */
  readonly equal: boolean
  readonly accepts: (difference: number) => boolean
}

function ordered (operand: Value, { collation, equal, accepts }: Comparison): Matches {
  if (isNullish(operand.type)) return equal ? matchesNull : () => false
  if (operand.type === BsonType.minKey || operand.type === BsonType.maxKey) {
    // Everything is above MinKey and below MaxKey, even what is missing: these two know no type bracket.
    return (value) => accepts(compareValues(value, operand))
  }
  // NaN is below all numbers only in the order of results; in a comparison it is equal to itself and nothing else.
  if (isNaNValue(operand)) return (value) => equal && value !== undefined && equalValues(value, operand)
  const bracket = typeBracket(operand.type)
  const mayBeNaN = isNumberType(operand.type)
  return (value) => value !== undefined && typeBracket(value.type) === bracket &&
    !(mayBeNaN && isNaNValue(value)) && accepts(compareValues(value, operand, collation))
}

function matchesNull (value: Value | undefined): boolean {
  return value === undefined || isNullish(value.type)
}

function isNullish (type: number): boolean {
  return type === BsonType.null || type === BsonType.undefined
}
