import type { Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { compareCounted } from '../../query/compare.js'

/**
 * Distinct values by MongoDB's equality (1 equals 1.0). Kept sorted, so that a large array can be compared with a large
 * set in less than the product of their sizes.
 */
export class ValueSet {
  readonly #sorted: readonly Value[]
  readonly #collation: Collation | undefined

  constructor (values: readonly Value[], collation: Collation | undefined) {
    const sorted = [...values].sort((a, b) => compareCounted(a, b, collation))
    this.#sorted = sorted.filter((value, index) => index === 0 || compareCounted(sorted[index - 1], value, collation) !== 0)
    this.#collation = collation
  }

  has (value: Value): boolean {
    return this.find(value) !== undefined
  }

  /** The member that equals `value`: of several equal ones given, the first. */
  find (value: Value): Value | undefined {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const difference = compareCounted(this.#sorted[middle], value, this.#collation)
      if (difference === 0) return this.#sorted[middle]
      if (difference < 0) low = middle + 1
      else high = middle
    }
    return undefined
  }
}
