import { int32Value, int64Value } from '../bson/number.js'
import type { Value } from '../bson/value.js'

/** An integer of 64 bits at most as an int32 if it fits, otherwise as an int64. */
export function integerValue (integer: bigint): Value {
  return BigInt.asIntN(32, integer) === integer ? int32Value(Number(integer)) : int64Value(integer)
}
