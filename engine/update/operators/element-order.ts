import { isNumber, nearestDouble } from '../../bson/number.js'
import { fields, findField, isArray, isDocument, isEmpty, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { compareCounted } from '../../query/compare.js'

export type ElementOrder = (a: Value, b: Value) => number

/**
 * Parses the `$sort` of a `$push`: 1 or -1 to compare whole elements, or fields of elements with their directions.
 * Unlike a query's sort it takes an array at a field as one value.
 */
export function parseElementOrder (sort: Value, collation: Collation | undefined): ElementOrder {
  if (isDocument(sort)) return parseFieldOrders(sort, collation)
  if (!isNumber(sort)) {
    throw badValue('The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields')
  }
  const direction = parseDirection(sort, 'The $sort element value must be either 1 or -1')
  return (a, b) => direction * compareCounted(a, b, collation)
}

function parseFieldOrders (sort: Value, collation: Collation | undefined): ElementOrder {
  if (isEmpty(sort)) throw badValue('The sort pattern is empty when it should be a set of fields.')
  const orders = [...fields(sort)].map(([path, direction]) => parseFieldOrder(path, direction, collation))
  return (a, b) => {
    for (const order of orders) {
      const difference = order(a, b)
      if (difference !== 0) return difference
    }
    return 0
  }
}

function parseFieldOrder (path: string, value: Value, collation: Collation | undefined): ElementOrder {
  const direction = parseDirection(value, 'The sort element value must be either 1 or -1')
  const parts = path.split('.')
  if (path === '') throw badValue('The sort field cannot be empty')
  if (parts.includes('')) throw badValue(`The sort field is a dotted field but has an empty part: ${path}`)
  return (a, b) => direction * compareCounted(valueAt(a, parts), valueAt(b, parts), collation)
}

function parseDirection (value: Value, complaint: string): number {
  const direction = isNumber(value) ? nearestDouble(value) : 0
  if (direction !== 1 && direction !== -1) throw badValue(complaint)
  return direction
}

function valueAt (element: Value, parts: readonly string[]): Value | undefined {
  let value: Value | undefined = isDocument(element) ? element : undefined
  for (const part of parts) {
    value = isDocument(value) || isArray(value) ? findField(value, part) : undefined
  }
  return value
}

function badValue (message: string): EngineError {
  return new EngineError('BadValue', message)
}
