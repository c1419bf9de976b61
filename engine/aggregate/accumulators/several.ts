import { describe } from '../../bson/describe.js'
import { isNumber, wholeNumber } from '../../bson/number.js'
import { compareValues } from '../../bson/order.js'
import { EMPTY_DOCUMENT, NULL } from '../../bson/scalar.js'
import { arrayValue, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Expression, type Operand, type VariableNames } from '../../expression/expression.js'
import { isNullish } from '../../expression/operand.js'
import type { Accumulators, GroupContext, ParseAccumulator } from '../accumulator.js'
import { evaluate } from '../operation.js'
import { readOptions } from '../options.js'
import type { Gatherer } from './unary.js'

/** An accumulator of `n` values of one expression: `{ $firstN: { input, n } }`. */
function several (gather: (context: GroupContext, n: number) => Gatherer): ParseAccumulator {
  return (argument, scope, name) => {
    if (!isDocument(argument)) throw new EngineError(5787900, `specification must be an object; found ${name}: ${describe(argument)}`)
    const { input, n } = readOptions(argument, ['input', 'n'], (unknown) => new EngineError(5787901, `Unknown argument for 'n' operator: ${unknown}`))
    if (n === undefined) throw new EngineError(5787906, "Missing value for 'n'")
    if (input === undefined) throw new EngineError(5787907, "Missing value for 'input'")
    const expression = parseExpression(input, scope)
    const limit = parseLimit(n, scope)
    return {
      create (context) {
        const gatherer = gather(context, limit(context))
        return { add: (document) => gatherer.add(evaluate(expression, document, context.operation)), result: () => gatherer.result() }
      }
    }
  }
}

/** Reads how many values are wanted, which may depend on the `_id` of the group. */
export function parseLimit (n: Value, scope: VariableNames): (context: GroupContext) => number {
  const expression = parseExpression(n, scope)
  return ({ id, operation }) => readLimit(expression, isDocument(id) ? id : EMPTY_DOCUMENT, operation)
}

function readLimit (expression: Expression, id: Value, operation: GroupContext['operation']): number {
  const n = evaluate(expression, id, operation)
  if (n === undefined || !isNumber(n)) throw new EngineError(5787902, `Value for 'n' must be of integral type, but found ${n === undefined ? 'missing' : describe(n)}`)
  const limit = wholeNumber(n)
  if (limit === undefined) throw new EngineError(5787903, `Value for 'n' must be of integral type, but found ${describe(n)}`)
  if (limit <= 0n) throw new EngineError(5787908, `'n' must be greater than 0, found ${describe(n)}`)
  return Number(limit)
}

function firstN ({ memory }: GroupContext, n: number): Gatherer {
  const values: Value[] = []
  return {
    add: (value) => { if (values.length < n) values.push(memory.keep(value ?? NULL)) },
    result: () => arrayValue(values)
  }
}

function lastN ({ memory }: GroupContext, n: number): Gatherer {
  const values: Value[] = []
  let oldest = 0
  return {
    add (value) {
      const kept = memory.keep(value ?? NULL)
      if (values.length < n) {
        values.push(kept)
      } else {
        memory.release(values[oldest])
        values[oldest] = kept
        oldest = (oldest + 1) % n
      }
    },
    result: () => arrayValue([...values.slice(oldest), ...values.slice(0, oldest)])
  }
}

/** The lowest (`direction` 1) or the highest (-1) values that are neither missing nor null, these first. */
function extremes ({ memory, operation }: GroupContext, n: number, direction: 1 | -1): Gatherer {
  const sorted: Value[] = []
  return {
    add (value: Operand) {
      if (isNullish(value)) return
      const place = placeOf(value, sorted, (a, b) => compareValues(a, b, operation.collation) * direction)
      if (place === n) return
      sorted.splice(place, 0, memory.keep(value))
      if (sorted.length > n) memory.release(sorted.pop()!)
    },
    result: () => arrayValue(sorted)
  }
}

/** Where a value belongs, behind those that are equal; by halving. */
function placeOf (value: Value, sorted: readonly Value[], compare: (a: Value, b: Value) => number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(value, sorted[middle]) < 0) high = middle
    else low = middle + 1
  }
  return low
}

export const severalAccumulators: Accumulators = {
  $firstN: several(firstN),
  $lastN: several(lastN),
  $maxN: several((context, n) => extremes(context, n, -1)),
  $minN: several((context, n) => extremes(context, n, 1))
}
