import { compareValues } from '../../bson/order.js'
import { arrayElements, BsonType, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { isOperatorDocument } from './expression-document.js'
import type { FilterNode } from './node.js'
import { negate, testNode, type Operation, type ParseOperator } from './operator.js'
import { regexMatches } from './regex.js'

/** `$in` and `$nin`: equal to one of a list, or matched by a regular expression in it. */
export const membershipOperators: Readonly<Record<string, ParseOperator>> = {
  $in: parseIn,
  $nin: (operation) => negate(parseIn(operation))
}

function parseIn (operation: Operation): FilterNode {
  const { name, operand, parser } = operation
  if (operand.type !== BsonType.array) throw new EngineError('BadValue', `${name} needs an array`)
  const elements = arrayElements(operand)
  elements.forEach(checkElement)
  const isListed = listed(elements.filter(({ type }) => type !== BsonType.regex), parser.collation)
  const patterns = elements.filter(({ type }) => type === BsonType.regex).map(regexMatches)
  return testNode({ ...operation, name: '$in' }, {
    matches: (value) => isListed(value) || patterns.some((matches) => matches(value))
  })
}

function checkElement (element: Value): void {
  if (isOperatorDocument(element)) throw new EngineError('BadValue', 'cannot nest $ under $in')
  if (element.type === BsonType.undefined) throw new EngineError('BadValue', 'InMatchExpression equality cannot be undefined')
}

/** Looks a value up by bisection: lists of thousands of ids are common. A missing value is found as null. */
function listed (elements: Value[], collation: Collation | undefined): (value: Value | undefined) => boolean {
  const sorted = elements.sort((a, b) => compareValues(a, b, collation))
  return (value) => {
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const difference = compareValues(value, sorted[middle], collation)
      if (difference === 0) return true
      if (difference < 0) high = middle
      else low = middle + 1
    }
    return false
  }
}
