import { arrayElements, BsonType, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseInteger } from '../integer.js'
import { equalityNode } from './comparison.js'
import type { FilterNode } from './node.js'
import type { ParseClause, Parser } from './operator.js'

/** `$and`, `$or` and `$nor`, and the operators that hold for all documents or none. */
export const logicalClauses: Readonly<Record<string, ParseClause>> = {
  $and: (name, operand, parser) => ({ kind: 'and', nodes: parseList(name, operand, parser) }),
  $or: (name, operand, parser) => ({ kind: 'or', nodes: parseList(name, operand, parser) }),
  $nor: (name, operand, parser) => ({ kind: 'nor', nodes: parseList(name, operand, parser) }),
  $alwaysTrue: (name, operand) => parseAlways(name, operand, true),
  $alwaysFalse: (name, operand) => parseAlways(name, operand, false),
  $comment: () => undefined,
  // The fields of a database reference, in an `$elemMatch` that looks for one.
  $ref: equalityNode,
  $id: equalityNode,
  $db: equalityNode
}

function parseList (name: string, operand: Value, parser: Parser): FilterNode[] {
  if (operand.type !== BsonType.array) throw new EngineError('BadValue', `${name} must be an array`)
  const filters = arrayElements(operand)
  if (filters.length === 0) throw new EngineError('BadValue', '$and/$or/$nor must be a nonempty array')
  return filters.map((filter) => {
    if (filter.type !== BsonType.document) throw new EngineError('BadValue', '$or/$and/$nor entries need to be full objects')
    return parser.filter(filter)
  })
}

function parseAlways (name: string, operand: Value, result: boolean): FilterNode {
  const one = parseInteger(name, operand, (reason) => new EngineError('FailedToParse', reason))
  if (one !== 1n) throw new EngineError('FailedToParse', `${name} must be an integer value of 1`)
  return { kind: 'always', result }
}
