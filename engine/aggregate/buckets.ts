import { describe } from '../bson/describe.js'
import { compareValues, typeBracket } from '../bson/order.js'
import { typeNames, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import type { Operand } from '../expression/expression.js'
import { compareOperands } from '../expression/operand.js'

/** The ranges that `$bucket` groups by: each reaches from its boundary, inclusive, to the next one. */
export class Buckets {
  readonly #boundaries: readonly Value[]
  readonly #otherwise: Value | undefined
  readonly #collation: Collation | undefined

  /**
   * @param otherwise the bucket of what is in no range
   * @throws {EngineError} for boundaries that are too few, of different types or not in order
   */
  constructor (boundaries: readonly Value[], otherwise: Value | undefined, collation: Collation | undefined) {
    checkBoundaries(boundaries, collation)
    if (otherwise !== undefined && isBetween(otherwise, boundaries[0], boundaries[boundaries.length - 1], collation)) {
      throw new EngineError(40199, "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.")
    }
    this.#boundaries = boundaries
    this.#otherwise = otherwise
    this.#collation = collation
  }

  /** The lower boundary of the range that a value is in. @throws {EngineError} 40066 when there is none and no default */
  find (value: Operand): Value {
    const above = this.#boundaries.findIndex((boundary) => compareOperands(value, boundary, this.#collation) < 0)
    const found = above > 0 ? this.#boundaries[above - 1] : this.#otherwise
    if (found === undefined) {
      throw new EngineError(40066, '$switch could not find a matching branch for an input, and no default was specified.')
    }
    return found
  }
}

function isBetween (value: Value, lowest: Value, highest: Value, collation: Collation | undefined): boolean {
  return compareValues(value, lowest, collation) >= 0 && compareValues(value, highest, collation) < 0
}

function checkBoundaries (boundaries: readonly Value[], collation: Collation | undefined): void {
  if (boundaries.length < 2) {
    throw new EngineError(40192, `The $bucket 'boundaries' field must have at least 2 values, but found ${boundaries.length} value(s).`)
  }
  for (const [at, upper] of boundaries.entries()) {
    const lower = boundaries[at - 1]
    if (lower === undefined) continue
    if (typeBracket(lower.type) !== typeBracket(upper.type)) {
      throw new EngineError(40193, "All values in the 'boundaries' option to $bucket must have the same type. " +
        `Found conflicting types ${typeNames[lower.type]} and ${typeNames[upper.type]}.`)
    }
    if (compareValues(lower, upper, collation) >= 0) {
      throw new EngineError(40194, `The 'boundaries' option to $bucket must be sorted, but elements ${at - 1} and ${at} are not in ascending order ` +
        `(${describe(lower)} is not less than ${describe(upper)}).`)
    }
  }
}
