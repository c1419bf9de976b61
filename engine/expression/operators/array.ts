import { describe } from '../../bson/describe.js'
import { int32Value, isNumber, nearestDouble, wholeNumber } from '../../bson/number.js'
import { equalValues } from '../../bson/order.js'
import { boolValue, NULL } from '../../bson/scalar.js'
import { arrayElements, isArray, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { arrayOf } from '../construct.js'
import type { Operand } from '../evaluation.js'
import { checkBytes } from '../limits.js'
import { isNullish, typeName } from '../operand.js'
import { between, binary, unary, variadic, type Operators } from '../operator.js'

/** What is done with arrays as a whole; for what is done with each of their elements see iteration.ts. */
export const arrayOperators: Operators = {
  $arrayElemAt: binary((array, index) => isNullish(array) || isNullish(index) ? NULL : elementAt(array, index)),
  $concatArrays: variadic(concatenate),
  $first: unary((array, name) => endOf(array, name, 0)),
  $in: binary(isIn),
  $indexOfArray: between(2, 4, indexOf),
  $isArray: unary((operand) => boolValue(isArray(operand))),
  $last: unary((array, name) => endOf(array, name, -1)),
  $range: between(2, 3, range),
  $reverseArray: unary((array) => {
    if (isNullish(array)) return NULL
    if (!isArray(array)) throw new EngineError(34435, `The argument to $reverseArray must be an array, but was of type: ${typeName(array)}`)
    return arrayOf(arrayElements(array).reverse())
  }),
  $size: unary((array) => {
    if (!isArray(array)) throw new EngineError(17124, `The argument to $size must be an array, but was of type: ${typeName(array)}`)
    return int32Value(arrayElements(array).length)
  }),
  $slice: between(2, 3, slice)
}

function elementAt (array: Value, index: Value): Operand {
  if (!isArray(array)) throw new EngineError(28689, `$arrayElemAt's first argument must be an array, but is ${typeName(array)}`)
  if (!isNumber(index)) throw new EngineError(28690, `$arrayElemAt's second argument must be a numeric value, but is ${typeName(index)}`)
  const place = int32Of(index)
  if (place === undefined) throw new EngineError(28691, `$arrayElemAt's second argument must be representable as a 32-bit integer: ${nearestDouble(index)}`)
  return arrayElements(array).at(place)
}

function endOf (array: Operand, name: string, place: 0 | -1): Operand {
  if (isNullish(array)) return NULL
  if (!isArray(array)) throw new EngineError(28689, `${name}'s argument must be an array, but is ${typeName(array)}`)
  return arrayElements(array).at(place)
}

function concatenate (operands: readonly Operand[]): Value {
  const elements: Value[] = []
  for (const operand of operands) {
    if (isNullish(operand)) return NULL
    if (!isArray(operand)) throw new EngineError(28664, `$concatArrays only supports arrays, not ${typeName(operand)}`)
    for (const element of arrayElements(operand)) elements.push(element)
  }
  return arrayOf(elements)
}

function isIn (value: Operand, array: Operand, _name: string, collation: Collation | undefined): Value {
  if (!isArray(array)) throw new EngineError(40081, `$in requires an array as a second argument, found: ${typeName(array)}`)
  return boolValue(arrayElements(array).some((element) => value !== undefined && equalValues(element, value, collation)))
}

function indexOf ([array, value, start, end]: readonly Operand[], name: string, collation: Collation | undefined): Value {
  if (isNullish(array)) return NULL
  if (!isArray(array)) throw new EngineError(40090, `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`)
  const elements = arrayElements(array)
  const from = bound(start, 0, name, 'starting')
  const to = Math.min(bound(end, elements.length, name, 'ending'), elements.length)
  for (let at = from; at < to; at++) {
    if (value !== undefined && equalValues(elements[at], value, collation)) return int32Value(at)
  }
  return int32Value(-1)
}

/** The bounds between which arrays and strings are searched. */
export function bound (operand: Operand, otherwise: number, name: string, which: 'starting' | 'ending'): number {
  if (operand === undefined) return otherwise
  const number = isNumber(operand) ? int32Of(operand) : undefined
  if (number === undefined) throw new EngineError(40096, `${name} requires an integral ${which} index, found a value of type: ${typeName(operand)}, with value: "${describe(operand)}"`)
  if (number < 0) throw new EngineError(40097, `${name} requires a nonnegative ${which} index, found: ${number}`)
  return number
}

const RANGE_ERRORS = [['starting', 34443, 34444], ['ending', 34445, 34446], ['step', 34447, 34448]] as const

function range (operands: readonly Operand[]): Value {
  const [start, end, step = 1] = operands.map((operand, at) => {
    const [which, notNumber, notInteger] = RANGE_ERRORS[at]
    if (operand === undefined || !isNumber(operand)) throw new EngineError(notNumber, `$range requires a numeric ${which} value, found value of type: ${typeName(operand)}`)
    const number = int32Of(operand)
    if (number === undefined) throw new EngineError(notInteger, `$range requires a ${which} value that can be represented as a 32-bit integer, found value: ${describe(operand)}`)
    return number
  })
  if (step === 0) throw new EngineError(34449, '$range requires a non-zero step value')
  const count = Math.max(0, Math.ceil((end - start) / step))
  checkBytes(count * 8)
  return arrayOf(Array.from({ length: count }, (_, at) => int32Value(start + at * step)))
}

/** The first or last elements, or so many from a place. */
function slice (operands: readonly Operand[]): Value {
  const [array, place, count] = operands
  if (isNullish(array) || isNullish(place) || (operands.length === 3 && isNullish(count))) return NULL
  if (!isArray(array)) throw new EngineError(28724, `First argument to $slice must be an array, but is of type: ${typeName(array)}`)
  const from = sliceNumber(place, 'Second', 28725, 28726)
  const elements = arrayElements(array)
  if (count === undefined) return arrayOf(from < 0 ? elements.slice(from) : elements.slice(0, from))
  const length = sliceNumber(count, 'Third', 28727, 28728)
  if (length <= 0) throw new EngineError(28729, `Third argument to $slice must be positive: ${length}`)
  const first = from < 0 ? Math.max(0, elements.length + from) : from
  return arrayOf(elements.slice(first, first + length))
}

function sliceNumber (operand: Value, which: string, notNumber: number, notInteger: number): number {
  if (!isNumber(operand)) throw new EngineError(notNumber, `${which} argument to $slice must be a numeric value, but is of type: ${typeName(operand)}`)
  const number = int32Of(operand)
  if (number === undefined) throw new EngineError(notInteger, `${which} argument to $slice can't be represented as a 32-bit integer: ${describe(operand)}`)
  return number
}

/** A whole number of 32 bits, of whatever numeric type. */
export function int32Of (number: Value): number | undefined {
  const integer = wholeNumber(number)
  return integer !== undefined && BigInt.asIntN(32, integer) === integer ? Number(integer) : undefined
}
