import { compareValues } from '../../bson/order.js'
import { boolValue, NULL } from '../../bson/scalar.js'
import { arrayElements, isArray, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { encodeKey } from '../../storage/key.js'
import { arrayOf } from '../construct.js'
import type { Operand } from '../evaluation.js'
import { isNullish, isTrue, typeName } from '../operand.js'
import { binary, unary, variadic, type Operators, type ParseOperator } from '../operator.js'

/** Arrays as sets: their order and what they have twice do not count. The results are in the order of all values. */
export const setOperators: Operators = {
  $allElementsTrue: unary((array, name) => boolValue(elementsOf(array, 17040, `${name}'s argument must be an array, but is `).every(isTrue))),
  $anyElementTrue: unary((array, name) => boolValue(elementsOf(array, 17041, `${name}'s argument must be an array, but is `).some(isTrue))),
  $setDifference: binary(difference),
  $setEquals: atLeastTwo(variadic((operands, _name, collation) => {
    const [first, ...rest] = operands.map((operand) => asSet(elementsOf(operand, 17044, 'All operands of $setEquals must be arrays. One argument is of type: '), collation))
    return boolValue(rest.every((other) => other.length === first.length && other.every((element, at) => compareValues(element, first[at], collation) === 0)))
  })),
  $setIntersection: variadic(intersection),
  $setIsSubset: binary((part, whole, _name, collation) => {
    const elements = elementsOf(part, 17046, 'both operands of $setIsSubset must be arrays. First argument is of type: ')
    const set = asSet(elementsOf(whole, 17042, 'both operands of $setIsSubset must be arrays. Second argument is of type: '), collation)
    return boolValue(elements.every((element) => contains(set, element, collation)))
  }),
  $setUnion: variadic(union)
}

function elementsOf (operand: Operand, code: number, message: string): Value[] {
  if (!isArray(operand)) throw new EngineError(code, message + typeName(operand))
  return arrayElements(operand)
}

function asSet (elements: Value[], collation: Collation | undefined): Value[] {
  return elements.sort((a, b) => compareValues(a, b, collation)).filter((element, at) => at === 0 || compareValues(element, elements[at - 1], collation) !== 0)
}

/** Looks an element up in a set by halving. */
function contains (set: readonly Value[], element: Value, collation: Collation | undefined): boolean {
  let [low, high] = [0, set.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const difference = compareValues(element, set[middle], collation)
    if (difference === 0) return true
    if (difference < 0) high = middle
    else low = middle + 1
  }
  return false
}

/** What is left of the first array, in its order. */
function difference (left: Operand, right: Operand, _name: string, collation: Collation | undefined): Value {
  if (isNullish(left) || isNullish(right)) return NULL
  const elements = elementsOf(left, 17048, 'both operands of $setDifference must be arrays. First argument is of type: ')
  const removed = asSet(elementsOf(right, 17049, 'both operands of $setDifference must be arrays. Second argument is of type: '), collation)
  const seen = new Set<string>()
  return arrayOf(elements.filter((element) => {
    // Values that are equal, such as 1 and 1.0, have the same key.
    const key = encodeKey([element], [1], collation).toString('latin1')
    return !contains(removed, element, collation) && seen.size < seen.add(key).size
  }))
}

function intersection (operands: readonly Operand[], _name: string, collation: Collation | undefined): Value {
  if (operands.some(isNullish)) return NULL
  const sets = operands.map((operand) => asSet(elementsOf(operand, 17047, 'All operands of $setIntersection must be arrays. One argument is of type: '), collation))
  return arrayOf((sets.at(0) ?? []).filter((element) => sets.every((set) => contains(set, element, collation))))
}

function union (operands: readonly Operand[], _name: string, collation: Collation | undefined): Value {
  if (operands.some(isNullish)) return NULL
  return arrayOf(asSet(operands.flatMap((operand) => elementsOf(operand, 17043, 'All operands of $setUnion must be arrays. One argument is of type: ')), collation))
}

function atLeastTwo (parse: ParseOperator): ParseOperator {
  return (operation) => {
    const count = isArray(operation.operand) ? arrayElements(operation.operand).length : 1
    if (count < 2) throw new EngineError(17045, `$setEquals needs at least two arguments had: ${count}`)
    return parse(operation)
  }
}
