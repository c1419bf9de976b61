import { compareValues } from '../bson/order.js'
import type { Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { spend, stepsFor } from '../stretch.js'

/** The order of all values where many are compared without a pause: each comparison counts as work. */
export function compareCounted (a: Value | undefined, b: Value | undefined, collation: Collation | undefined): number {
  spend(stepsFor(Math.min(sizeOf(a), sizeOf(b))))
  return compareValues(a, b, collation)
}

function sizeOf (value: Value | undefined): number {
  return value === undefined ? 0 : value.end - value.start
}
