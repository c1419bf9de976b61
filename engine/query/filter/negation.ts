import { BsonType, isEmpty } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { FilterNode } from './node.js'
import { negate, type Operation, type ParseOperator } from './operator.js'
import { regexNode } from './regex.js'

/** `$not`: the operators in it do not all hold; it also takes a plain regular expression. */
export const negationOperators: Readonly<Record<string, ParseOperator>> = { $not: parseNot }

function parseNot ({ path, operand, parser }: Operation): FilterNode {
  if (operand.type === BsonType.regex) return negate(regexNode(path, operand))
  if (operand.type !== BsonType.document) throw new EngineError('BadValue', '$not needs a regex or a document')
  if (isEmpty(operand)) throw new EngineError('BadValue', '$not cannot be empty')
  return negate(parser.operators(path, operand))
}
