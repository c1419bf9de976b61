import { arrayElements, buildDocument, BsonType, documentValue, findField, isArray, isDocument, stringOf, type Value } from '../bson/value.js'
import type { Environment } from '../expression/expression.js'
import { isNullish } from '../expression/operand.js'

/**
 * What follows from the `$expr` of a filter for the fields alone, as filters that indexes can serve: from
 * `{ $eq: ['$customer', '$$id'] }`, the usual join of a `$lookup`, that `customer` equals the variable's value. They let
 * through whatever the expression does, and perhaps more: a filter looks into arrays, an expression does not. Null is
 * left aside because expressions tell it from a missing field.
 */
export function expressionEqualities (filter: Value, environment: Environment): Value[] {
  const expression = findField(filter, '$expr')
  return expression === undefined ? [] : equalitiesIn(expression, environment)
}

function equalitiesIn (expression: Value, environment: Environment): Value[] {
  if (!isDocument(expression)) return []
  const all = findField(expression, '$and')
  if (isArray(all)) return arrayElements(all).flatMap((condition) => equalitiesIn(condition, environment))
  const equal = findField(expression, '$eq')
  if (!isArray(equal)) return []
  const [left, right] = arrayElements(equal)
  return [equality(left, right, environment), equality(right, left, environment)].flatMap((found) => found ?? [])
}

function equality (field: Value, other: Value, { variables }: Environment): Value | undefined {
  const [path, name] = [textOf(field), textOf(other)]
  if (path === undefined || !/^\$[^$]/.test(path) || !name?.startsWith('$$')) return undefined
  const value = variables.get(name.slice(2))
  if (isNullish(value) || isArray(value)) return undefined
  return documentValue(buildDocument([[path.slice(1), documentValue(buildDocument([['$eq', value]]))]]))
}

function textOf (value: Value): string | undefined {
  return value.type === BsonType.string ? stringOf(value) : undefined
}
