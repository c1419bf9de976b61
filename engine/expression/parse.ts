import { describe } from '../bson/describe.js'
import { arrayElements, arrayValue, buildDocument, BsonType, documentValue, fields, stringOf, type Value } from '../bson/value.js'
import { NULL } from '../bson/scalar.js'
import { EngineError } from '../errors.js'
import { constant } from './constant.js'
import type { Expression, VariableNames } from './evaluation.js'
import { parsePathExpression } from './field-path.js'
import { operators } from './table.js'

/** Parses any expression: a path, a variable, an operator, a document or an array of expressions, or a plain value. */
export function parse (expression: Value, scope: VariableNames): Expression {
  switch (expression.type) {
    case BsonType.string: {
      const text = stringOf(expression)
      return text.startsWith('$') ? parsePathExpression(text, scope) : constant(expression)
    }
    case BsonType.document: return parseDocument(expression, scope)
    case BsonType.array: return parseArray(expression, scope)
    default: return constant(expression)
  }
}

function parseDocument (expression: Value, scope: VariableNames): Expression {
  const members = [...fields(expression)]
  return members.length > 0 && members[0][0].startsWith('$')
    ? parseOperator(expression, members, scope)
    : parseObject(members, scope)
}

function parseOperator (expression: Value, members: ReadonlyArray<[string, Value]>, scope: VariableNames): Expression {
  if (members.length !== 1) {
    throw new EngineError(15983, `An object representing an expression must have exactly one field: ${describe(expression)}`)
  }
  const [[name, operand]] = members
  const parseThis = operators.get(name)
  if (parseThis === undefined) throw new EngineError('InvalidPipelineOperator', `Unrecognized expression '${name}'`)
  return parseThis({ name, operand, scope, parse: (inner, innerScope = scope) => parse(inner, innerScope) })
}

function parseObject (members: ReadonlyArray<[string, Value]>, scope: VariableNames): Expression {
  const names = new Set<string>()
  const parsed = members.map(([name, value]): [string, Expression] => {
    checkName(name)
    if (names.has(name)) throw new EngineError(16406, `duplicate field name specified in object literal: ${name}`)
    names.add(name)
    return [name, parse(value, scope)]
  })
  return {
    isConstant: parsed.every(([, { isConstant }]) => isConstant),
    evaluate: (context) => documentValue(buildDocument(parsed.flatMap(([name, field]): Array<[string, Value]> => {
      const value = field.evaluate(context)
      return value === undefined ? [] : [[name, value]]
    })))
  }
}

function checkName (name: string): void {
  if (name.startsWith('$')) throw new EngineError(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.")
  if (name.includes('.')) throw new EngineError(16412, 'FieldPath field names may not contain \'.\'. Consider using $getField or $setField.')
}

/** An element that is missing becomes null, so that the others keep their places. */
function parseArray (expression: Value, scope: VariableNames): Expression {
  const elements = arrayElements(expression).map((element) => parse(element, scope))
  return {
    isConstant: elements.every(({ isConstant }) => isConstant),
    evaluate: (context) => arrayValue(elements.map((element) => element.evaluate(context) ?? NULL))
  }
}
