import { isTruthy } from '../../bson/number.js'
import { EngineError } from '../../errors.js'
import type { FilterNode } from './node.js'
import { negate, testNode, type Operation, type ParseOperator } from './operator.js'
import { parseTypes } from './type-set.js'

/** `$exists` and `$type`: whether there is a value, and of which type. */
export const elementOperators: Readonly<Record<string, ParseOperator>> = {
  $exists: parseExists,
  $type: parseTypeOperator
}

function parseExists (operation: Operation): FilterNode {
  const exists = testNode(operation, { matches: (value) => value !== undefined })
  return isTruthy(operation.operand) ? exists : negate(exists)
}

function parseTypeOperator (operation: Operation): FilterNode {
  const types = parseTypes(operation.operand)
  if (types.size === 0) throw new EngineError('FailedToParse', `${operation.path} must match at least one type`)
  return testNode(operation, { matches: (value) => value !== undefined && types.has(value.type) })
}
