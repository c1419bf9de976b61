import { describe } from '../../bson/describe.js'
import { isNumber, nearestDouble } from '../../bson/number.js'
import { arrayElements, arrayValue, BsonType, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Path } from '../path.js'
import { mapElements, mapFields } from './map-fields.js'

const INT32_MAX = 2 ** 31 - 1

/** Which elements a `$slice` keeps, given the elements of an array. */
type Slice = (elements: Value[]) => Value[]

/** Parses `{ $slice: count }` or `{ $slice: [skip, limit] }` into a step that shortens the arrays at the path. */
export function parseSlice (path: Path, operand: Value): (document: Value) => Value {
  const slice = readSlice(operand)
  return (document) => sliceFields(document, path.parts, slice)
}

/** Whether the operand is that of the expression, as in `{ $slice: ['$a', 2] }`, and not of find's own operator. */
export function isSliceExpression (operand: Value): boolean {
  const bounds = operand.type === BsonType.array ? arrayElements(operand) : []
  return bounds.length === 3 || (bounds.length === 2 && !bounds.every(isNumber))
}

function readSlice (operand: Value): Slice {
  if (isNumber(operand)) {
    const count = int32Of(operand)
    return (elements) => count < 0 ? elements.slice(count) : elements.slice(0, count)
  }
  const bounds = operand.type === BsonType.array ? arrayElements(operand) : []
  if (bounds.length !== 2) throw tooFewArguments(operand)
  const [skip, limit] = bounds
  return sliceOf(int32Of(skip), int32Of(limit), operand)
}

function sliceOf (skip: number, limit: number, operand: Value): Slice {
  if (limit <= 0) {
    throw new EngineError(28724, `Invalid $slice syntax. The given syntax { $slice: ${describe(operand)} } did not match the find() syntax because :: ` +
      `Location31259: $slice limit must be positive, got ${limit} :: The given syntax did not match the expression $slice syntax. :: ` +
      'caused by :: First argument to $slice must be an array, but is of type: int')
  }
  return (elements) => {
    const start = skip < 0 ? Math.max(0, elements.length + skip) : skip
    return elements.slice(start, start + limit)
  }
}

function sliceFields (document: Value, [name, ...rest]: readonly string[], slice: Slice): Value {
  return mapFields(document, (field, value) => {
    if (field !== name) return value
    if (rest.length > 0) return sliceInside(value, rest, slice)
    return value.type === BsonType.array ? arrayValue(slice(arrayElements(value))) : value
  })
}

/** Goes through documents and through arrays of documents, but not through arrays of arrays. */
function sliceInside (value: Value, parts: readonly string[], slice: Slice): Value {
  if (value.type === BsonType.document) return sliceFields(value, parts, slice)
  if (value.type !== BsonType.array) return value
  return mapElements(value, (element) => element.type === BsonType.document ? sliceFields(element, parts, slice) : element)
}

/** The integer part within the bounds of an int32; NaN counts as 0. */
function int32Of (value: Value): number {
  return Math.max(-INT32_MAX - 1, Math.min(INT32_MAX, Math.trunc(nearestDouble(value)) || 0))
}

function tooFewArguments (operand: Value): EngineError {
  return new EngineError(28667, `Invalid $slice syntax. The given syntax { $slice: ${describe(operand)} } did not match the find() syntax because :: ` +
    'Location31273: $slice only supports numbers and [skip, limit] arrays :: The given syntax did not match the expression $slice syntax. :: ' +
    'caused by :: Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.')
}
