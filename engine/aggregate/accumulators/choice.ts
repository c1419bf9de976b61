import { compareValues } from '../../bson/order.js'
import type { Operand } from '../../expression/expression.js'
import { isNullish } from '../../expression/operand.js'
import type { Accumulators, GroupContext } from '../accumulator.js'
import { unary, type Gatherer } from './unary.js'

/** Keeps one value: a new one when it is to be preferred to the one so far. */
function keep ({ memory }: GroupContext, isBetter: (value: Operand, kept: Operand, isFirst: boolean) => boolean): Gatherer {
  let kept: Operand
  let isFirst = true
  return {
    add (value) {
      if (!isBetter(value, kept, isFirst)) return
      if (kept !== undefined) memory.release(kept)
      kept = value && memory.keep(value)
      isFirst = false
    },
    result: () => kept
  }
}

/** The lowest (`direction` 1) or the highest (-1) of the values that are neither missing nor null. */
function extreme (context: GroupContext, direction: 1 | -1): Gatherer {
  return keep(context, (value, kept, isFirst) => !isNullish(value) && (isFirst || compareValues(value, kept, context.operation.collation) * direction < 0))
}

export const choiceAccumulators: Accumulators = {
  $first: unary((context) => keep(context, (_value, _kept, isFirst) => isFirst)),
  $last: unary((context) => keep(context, () => true)),
  $max: unary((context) => extreme(context, -1)),
  $min: unary((context) => extreme(context, 1))
}
