import { isNumber, nearestDouble, wholeNumber } from '../../bson/number.js'
import { compareValues } from '../../bson/order.js'
import { FALSE, NULL } from '../../bson/scalar.js'
import { arrayElements, isArray, isDocument, type Value } from '../../bson/value.js'
import { describe } from '../../bson/describe.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { spend } from '../../stretch.js'
import { parseSort, withCollation } from '../../query/sort.js'
import { arrayOf } from '../construct.js'
import type { Expression, Operand } from '../evaluation.js'
import { readMembers, required } from '../members.js'
import { isNullish, isTrue, typeName } from '../operand.js'
import type { Operation, Operators, ParseOperator } from '../operator.js'

/** Arrays sorted, cut at their ends and woven together. */
export const arrayOrderOperators: Operators = {
  $firstN: several((elements, n) => elements.slice(0, n)),
  $lastN: several((elements, n) => elements.slice(-n)),
  $maxN: several((elements, n, collation) => ordered(elements, -1, collation).slice(0, n)),
  $minN: several((elements, n, collation) => ordered(elements, 1, collation).slice(0, n)),
  $sortArray: parseSortArray,
  $zip: parseZip
}

/** The values that are not null, in order. */
function ordered (elements: readonly Value[], direction: 1 | -1, collation: Collation | undefined): Value[] {
  return elements.filter((element) => !isNullish(element)).sort((a, b) => compareValues(a, b, collation) * direction)
}

function several (select: (elements: Value[], n: number, collation: Collation | undefined) => Value[]): ParseOperator {
  return ({ name, operand, parse }) => {
    if (!isDocument(operand)) throw new EngineError(5787900, `specification must be an object; found ${name}: ${describe(operand)}`)
    const members = readMembers(operand, ['input', 'n'], (unknown) => new EngineError(5787901, `Unknown argument for 'n' operator: ${unknown}`))
    const n = parse(required(members, 'n', 5787906, "Missing value for 'n'"))
    const input = parse(required(members, 'input', 5787907, "Missing value for 'input'"))
    return {
      isConstant: n.isConstant && input.isConstant,
      evaluate (context) {
        const count = readCount(n.evaluate(context))
        const array = input.evaluate(context)
        if (!isArray(array)) throw new EngineError(5788200, 'Input must be an array')
        return arrayOf(select(arrayElements(array), count, context.collation))
      }
    }
  }
}

function readCount (n: Operand): number {
  if (n === undefined || !isNumber(n)) throw new EngineError(5787902, `Value for 'n' must be of integral type, but found ${n === undefined ? 'missing' : describe(n)}`)
  const count = wholeNumber(n)
  if (count === undefined) throw new EngineError(5787903, `Value for 'n' must be of integral type, but found ${describe(n)}`)
  if (count <= 0n) throw new EngineError(5787908, `'n' must be greater than 0, found ${describe(n)}`)
  return Number(count)
}

function parseSortArray ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(2942500, `$sortArray requires an object as an argument, found: ${typeName(operand)}`)
  const members = readMembers(operand, ['input', 'sortBy'], (name) => new EngineError(2942501, `$sortArray found an unknown argument: ${name}`))
  const input = parse(required(members, 'input', 2942502, "$sortArray requires 'input' to be specified"))
  const order = parseOrder(required(members, 'sortBy', 2942503, "$sortArray requires 'sortBy' to be specified"))
  return {
    isConstant: input.isConstant,
    evaluate (context) {
      const array = input.evaluate(context)
      if (isNullish(array)) return NULL
      if (!isArray(array)) throw new EngineError(2942504, `The input argument to $sortArray must be an array, but was of type: ${typeName(array)}`)
      return arrayOf(arrayElements(array).sort(order(context.collation)))
    }
  }
}

/** By fields of the elements, or by whole values when given as 1 or -1. */
function parseOrder (sortBy: Value): (collation: Collation | undefined) => (a: Value, b: Value) => number {
  if (isDocument(sortBy)) {
    const sort = parseSort(sortBy)
    return (collation) => withCollation(sort, collation).compare
  }
  const direction = isNumber(sortBy) ? nearestDouble(sortBy) : NaN
  if (direction !== 1 && direction !== -1) throw new EngineError(2942505, 'Illegal key in $sort specification: sortBy must be an object, or 1 or -1')
  return (collation) => (a, b) => compareValues(a, b, collation) * direction
}

function parseZip ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(34460, `$zip only supports an object as an argument, found ${typeName(operand)}`)
  const members = readMembers(operand, ['inputs', 'defaults', 'useLongestLength'], (name) => new EngineError(34464, `$zip found an unknown argument: ${name}`))
  const inputs = parseList(required(members, 'inputs', 34465, '$zip requires at least one input array'), 'inputs', 34461, parse)
  const defaults = parseList(members.get('defaults'), 'defaults', 34462, parse)
  const useLongest = readFlag(members.get('useLongestLength'))
  if (inputs.length === 0) throw new EngineError(34465, '$zip requires at least one input array')
  if (defaults.length > 0 && !useLongest) throw new EngineError(34466, 'cannot specify defaults unless useLongestLength is true')
  if (defaults.length > 0 && defaults.length !== inputs.length) throw new EngineError(34467, 'defaults and inputs must have the same length')
  return {
    isConstant: [...inputs, ...defaults].every(({ isConstant }) => isConstant),
    evaluate (context) {
      const arrays = inputs.map((input) => input.evaluate(context))
      if (arrays.some(isNullish)) return NULL
      const columns = arrays.map(zipped)
      const lengths = columns.map(({ length }) => length)
      const fillers = defaults.map((expression) => expression.evaluate(context))
      const rows = lengths.reduce((length, other) => useLongest ? Math.max(length, other) : Math.min(length, other))
      return arrayOf(Array.from({ length: rows }, (_, row) => {
        spend(columns.length)
        return arrayOf(columns.map((column, at) => column[row] ?? fillers[at]))
      }))
    }
  }
}

function zipped (operand: Operand): Value[] {
  if (!isArray(operand)) throw new EngineError(34468, `$zip found a non-array expression in input: ${operand === undefined ? 'missing' : describe(operand)}`)
  return arrayElements(operand)
}

function parseList (list: Value | undefined, name: string, code: number, parse: Operation['parse']): Expression[] {
  if (list === undefined) return []
  if (!isArray(list)) throw new EngineError(code, `${name} must be an array of expressions, found ${typeName(list)}`)
  return arrayElements(list).map((element) => parse(element))
}

function readFlag (value: Value = FALSE): boolean {
  if (value.type !== FALSE.type) throw new EngineError(34463, `useLongestLength must be a bool, found ${typeName(value)}`)
  return isTrue(value)
}
