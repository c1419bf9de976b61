import { describeField } from '../../bson/describe.js'
import { countFields, FieldCursor } from '../../bson/field-cursor.js'
import { arrayElements, BsonType, findField, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseInteger } from '../integer.js'
import { equalityNode } from './comparison.js'
import { compile, compileForValue } from './compile.js'
import { firstName, isOperatorDocumentWithoutReference } from './expression-document.js'
import type { ElementCondition, FilterNode, OnElement } from './node.js'
import { testNode, type Operation, type ParseOperator } from './operator.js'
import { regexNode } from './regex.js'

/** `$all`, `$elemMatch` and `$size`: conditions on arrays as a whole. */
export const arrayOperators: Readonly<Record<string, ParseOperator>> = {
  $all: parseAll,
  $elemMatch: parseElemMatch,
  $size: parseSize
}

/** `$all: [x, y]` is the same as `x` and `y`, each on its own. */
function parseAll (operation: Operation): FilterNode {
  if (operation.operand.type !== BsonType.array) throw new EngineError('BadValue', '$all needs an array')
  const elements = arrayElements(operation.operand)
  if (elements.length === 0) return { kind: 'always', result: false }
  const nested = nestedCondition(elements[0]) !== undefined
  return { kind: 'and', nodes: elements.map((element) => nested ? parseAllElemMatch(operation, element) : parseAllValue(operation, element)) }
}

function parseAllElemMatch (operation: Operation, element: Value): FilterNode {
  const condition = nestedCondition(element)
  if (condition === undefined) throw new EngineError('BadValue', '$all/$elemMatch has to be consistent')
  return parseElemMatch({ ...operation, name: '$elemMatch', operand: condition })
}

function parseAllValue ({ path, parser }: Operation, element: Value): FilterNode {
  if (element.type === BsonType.regex) return regexNode(path, element)
  if (element.type === BsonType.document && parser.isOperator(firstName(element) ?? '')) {
    throw new EngineError('BadValue', 'no $ expressions in $all')
  }
  return equalityNode(path, element, parser)
}

function nestedCondition (value: Value): Value | undefined {
  return value.type === BsonType.document && firstName(value) === '$elemMatch' ? findField(value, '$elemMatch') : undefined
}

function parseElemMatch (operation: Operation): FilterNode {
  const element = elementConditionOf(operation)
  const accepts = elementTest(element)
  return testNode(operation, {
    leaf: 'whole',
    element,
    matches: (value, onElement) => value?.type === BsonType.array && someElement(value, accepts, onElement)
  })
}

/** Operators are applied to the elements themselves, anything else is a filter for elements that are documents. */
function elementConditionOf ({ operand, parser }: Operation): ElementCondition {
  if (operand.type !== BsonType.document) throw new EngineError('BadValue', '$elemMatch needs an Object')
  return isOperatorDocumentWithoutReference(operand) && !parser.isClause(firstName(operand) ?? '')
    ? { on: 'value', node: parser.operators('', operand) }
    : { on: 'fields', node: parser.filter(operand) }
}

function elementTest ({ on, node }: ElementCondition): (element: Value) => boolean {
  if (on === 'value') return compileForValue(node)
  const matches = compile(node)
  // An array among the elements counts as a document whose fields are named 0, 1, 2 and so on.
  return (element) => (element.type === BsonType.document || element.type === BsonType.array) &&
    matches({ ...element, type: BsonType.document })
}

function someElement (array: Value, accepts: (element: Value) => boolean, onElement?: OnElement): boolean {
  const elements = new FieldCursor(array)
  for (let index = 0; elements.next(); index++) {
    if (accepts(elements.value)) {
      onElement?.(index)
      return true
    }
  }
  return false
}

function parseSize (operation: Operation): FilterNode {
  const { name, operand } = operation
  const size = parseInteger(name, operand, (reason) => new EngineError('BadValue', `Failed to parse $size. ${reason}`))
  if (size < 0) throw new EngineError('BadValue', `Failed to parse $size. Expected a non-negative number in: ${describeField(name, operand)}`)
  return testNode(operation, { leaf: 'whole', matches: (value) => value?.type === BsonType.array && countFields(value) === Number(size) })
}
