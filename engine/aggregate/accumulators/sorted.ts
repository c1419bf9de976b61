import { describe } from '../../bson/describe.js'
import { arrayValue, isDocument, type Value } from '../../bson/value.js'
import { NULL } from '../../bson/scalar.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Expression } from '../../expression/expression.js'
import { parseSort, withCollation, type Sort } from '../../query/sort.js'
import { TopK } from '../../query/top-k.js'
import type { Accumulator, Accumulators, GroupContext, ParseAccumulator } from '../accumulator.js'
import { evaluate } from '../operation.js'
import { readOptions } from '../options.js'
import { parseLimit } from './several.js'

/** Which documents of a group are wanted: those that come first in an order, or those that come last. */
type End = 'top' | 'bottom'

/** `{ $topN: { sortBy, output, n } }`: what an expression gives upon the first `n` documents of an order. */
function sortedN (end: End): ParseAccumulator {
  return (argument, scope, name) => {
    const { sortBy, output, n } = readSorted(argument, ['sortBy', 'output', 'n'], name)
    const sort = orderFrom(end, sortBy)
    const expression = parseExpression(output, scope)
    const limit = parseLimit(n, scope)
    return {
      create: (context) => gather(context, sort(context), limit(context), expression, (found) => arrayValue(end === 'top' ? found : found.reverse()))
    }
  }
}

/** `{ $top: { sortBy, output } }`: the same of one document, without an array around it. */
function sortedOne (end: End): ParseAccumulator {
  return (argument, scope, name) => {
    const { sortBy, output } = readSorted(argument, ['sortBy', 'output'], name)
    const sort = orderFrom(end, sortBy)
    const expression = parseExpression(output, scope)
    return { create: (context) => gather(context, sort(context), 1, expression, ([first]) => first) }
  }
}

function gather ({ operation, memory }: GroupContext, sort: Sort, limit: number, output: Expression, result: (found: Value[]) => Value): Accumulator {
  const sorter = new TopK<Value>(sort, limit)
  return {
    add (document) {
      const dropped = sorter.add(document, memory.keep(evaluate(output, document, operation) ?? NULL))
      if (dropped !== undefined) memory.release(dropped)
    },
    result: () => result(sorter.result())
  }
}

/** The last documents of an order are the first ones of the opposite order. */
function orderFrom (end: End, sortBy: Value): (context: GroupContext) => Sort {
  const parsed = parseSort(sortBy)
  return ({ operation }) => {
    const sort = withCollation(parsed, operation.collation)
    return end === 'top' ? sort : { ...sort, compareKeys: (left, right) => sort.compareKeys(right, left) }
  }
}

function readSorted<Name extends string> (argument: Value, names: readonly Name[], name: string): Record<Name, Value> {
  if (!isDocument(argument)) throw new EngineError(5788001, `specification must be an object; found ${name}: ${describe(argument)}`)
  const options = readOptions(argument, names, (unknown) => new EngineError(5788002, `Unknown argument to ${name} '${unknown}'`))
  for (const required of names) {
    if (options[required] === undefined) throw new EngineError(required === 'n' ? 5788003 : required === 'output' ? 5788004 : 5788005, `Missing value for '${required}'`)
  }
  if (!isDocument((options as Record<string, Value>).sortBy)) {
    throw new EngineError(5788604, `expected 'sortBy' to already be an object in the arguments to ${name}`)
  }
  return options as Record<Name, Value>
}

export const sortedAccumulators: Accumulators = {
  $bottom: sortedOne('bottom'),
  $bottomN: sortedN('bottom'),
  $top: sortedOne('top'),
  $topN: sortedN('top')
}
