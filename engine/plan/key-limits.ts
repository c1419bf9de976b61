import { EngineError, notImplemented } from '../errors.js'
import { fields, type Value } from '../bson/value.js'
import type { Index } from '../storage/catalog.js'
import { encodeKey } from '../storage/key.js'
import type { IndexAccess } from './planner.js'

/** Documents with the fields of an index in its order: the first key that is read, and the first that is not any more. */
export interface KeyLimits {
  readonly min?: Value
  readonly max?: Value
}

/**
 * Leaves of an access only the keys within limits ("cursor.min()" of the manual).
 * @throws {EngineError} for limits of another index, or that leave nothing; NotImplemented where keys have no order
 */
export function withinLimits (access: IndexAccess, { min, max }: KeyLimits): IndexAccess {
  const { index } = access
  if (index.collation !== undefined || index.hasCutKeys || index.key.some(({ isHashed }) => isHashed)) {
    throw notImplemented(`min and max for the index ${index.name}, whose keys have no order, are`)
  }
  const [first, end] = [min, max].map((limit) => limit && keyOf(index, limit))
  if (first !== undefined && end !== undefined && Buffer.compare(first, end) >= 0) throw new EngineError(51175, 'max must be greater than min')
  const ranges = access.ranges.map((range) => ({ ...range, start: higher(range.start, first), end: lower(range.end, end) }))
  return { ...access, ranges: ranges.filter(({ start, end }) => Buffer.compare(start, end) < 0) }
}

function keyOf ({ key }: Index, limit: Value): Buffer {
  const values = [...fields(limit)]
  if (values.length !== key.length || key.some(({ path }, at) => path !== values[at][0])) {
    throw new EngineError(51174, 'The index chosen is not compatible with min/max')
  }
  return encodeKey(values.map(([, value]) => value), key.map(({ direction }) => direction))
}

function higher (start: Buffer, limit: Buffer | undefined): Buffer {
  return limit !== undefined && Buffer.compare(limit, start) > 0 ? limit : start
}

function lower (end: Buffer, limit: Buffer | undefined): Buffer {
  return limit !== undefined && Buffer.compare(limit, end) < 0 ? limit : end
}
