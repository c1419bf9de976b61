import { FieldCursor } from '../bson/field-cursor.js'
import { arrayValue, findField, isArray, isDocument, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { parseFieldPath } from '../query/field-path.js'
import { spend, stepsFor } from '../stretch.js'
import type { Expression, Operand, VariableNames } from './evaluation.js'
import { variableNamed } from './variables.js'

/** Parses `$a.b`, which starts from the current document, and `$$name.a.b`, which starts from a variable. */
export function parsePathExpression (text: string, scope: VariableNames): Expression {
  if (text.startsWith('$$')) return parseVariablePath(text.slice(2), scope)
  if (text === '$') throw new EngineError(16872, "'$' by itself is not a valid FieldPath")
  const { parts } = parseFieldPath(text.slice(1))
  return { isConstant: false, evaluate: ({ current }) => followPath(current, parts) }
}

/**
 * What a path leads to from a value. Arrays on the way give the array of what their documents have there; parts made of
 * digits are names here, not indexes.
 */
export function followPath (from: Operand, parts: readonly string[], depth = 0): Operand {
  if (from !== undefined) spend(stepsFor(from.end - from.start))
  let value = from
  for (let at = depth; at < parts.length; at++) {
    if (isArray(value)) return followElements(value, parts, at)
    value = isDocument(value) ? findField(value, parts[at]) : undefined
  }
  return value
}

function followElements (array: Value, parts: readonly string[], depth: number): Value {
  const found: Value[] = []
  const cursor = new FieldCursor(array)
  while (cursor.next()) {
    const value = isDocument(cursor.value) ? followPath(cursor.value, parts, depth) : undefined
    if (value !== undefined) found.push(value)
  }
  return arrayValue(found)
}

function parseVariablePath (text: string, scope: VariableNames): Expression {
  const [name] = text.split('.', 1)
  const { isConstant, evaluate } = variableNamed(name, scope)
  if (name === text) return { isConstant, evaluate }
  const { parts } = parseFieldPath(text.slice(name.length + 1))
  return { isConstant, evaluate: (context) => followPath(evaluate(context), parts) }
}
