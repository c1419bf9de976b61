import { MAX_DEPTH } from '../bson/validate.js'
import type { Value } from '../bson/value.js'
import { isDeeperThan, tooDeep } from '../update/nesting.js'

/** @throws {EngineError} Overflow for a value that is nested deeper than a document may be: expressions could pile up others without end */
export function checkNesting (value: Value): Value {
  if (isDeeperThan(MAX_DEPTH, value)) throw tooDeep()
  return value
}
