import { arrayElements, BsonType, fields, findField, isArray, isDocument, stringOf, type Value } from '../bson/value.js'

/** What stands for the document, or for something in it. */
const OF_DOCUMENT = /^\$(?!\$)|^\$\$(ROOT|CURRENT)(\.|$)/

/**
 * Whether an expression, which can be parsed, needs a document. One that does not may still differ from time to time:
 * `{ $rand: {} }`.
 */
export function dependsOnDocument (expression: Value): boolean {
  if (expression.type === BsonType.string) return OF_DOCUMENT.test(stringOf(expression))
  if (isArray(expression)) return arrayElements(expression).some(dependsOnDocument)
  return isDocument(expression) && [...fields(expression)].some(([name, operand]) => doesOperand(name, operand))
}

/** Without an input `$getField` takes a field of the document. */
function doesOperand (name: string, operand: Value): boolean {
  if (name === '$literal') return false
  if (name === '$getField' && !(isDocument(operand) && findField(operand, 'input') !== undefined)) return true
  return dependsOnDocument(operand)
}
