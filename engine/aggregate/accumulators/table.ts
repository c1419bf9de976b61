import type { ParseAccumulator } from '../accumulator.js'
import { arithmeticAccumulators } from './arithmetic.js'
import { choiceAccumulators } from './choice.js'
import { collectionAccumulators } from './collection.js'
import { severalAccumulators } from './several.js'
import { sortedAccumulators } from './sorted.js'

/** The accumulators of `$group`, by families. */
export const accumulators: ReadonlyMap<string, ParseAccumulator> = new Map(Object.entries({
  ...arithmeticAccumulators,
  ...choiceAccumulators,
  ...collectionAccumulators,
  ...severalAccumulators,
  ...sortedAccumulators
}))

/** What MongoDB has and this engine has not. */
export const unsupportedAccumulators: ReadonlySet<string> = new Set(['$accumulator', '$median', '$percentile'])
