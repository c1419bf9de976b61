import { createHash } from 'node:crypto'
import { int64Value } from '../bson/number.js'
import type { Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { encodeKey } from './key.js'

/**
 * What a hashed index has in place of a value: the first 64 bits of the SHA-256 of its key, so that values that are
 * equal have the same hash. MongoDB's hashes are others, which nobody sees.
 */
export function hashedValue (value: Value | undefined, collation: Collation | undefined): Value {
  return int64Value(createHash('sha256').update(encodeKey([value], [1], collation)).digest().readBigInt64BE())
}
