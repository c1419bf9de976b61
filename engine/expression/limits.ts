import { MAX_DEPTH } from '../bson/validate.js'
import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { isDeeperThan, tooDeep } from '../update/nesting.js'
import { MAX_DOCUMENT_BYTES } from '../wire/limits.js'

/** As large as a document may be, and its envelope: what an expression makes on the way cannot pile up beyond that. */
const MAX_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024

/** @throws {EngineError} Overflow for a value that is nested deeper than a document may be: expressions could pile up others without end */
export function checkNesting (value: Value): Value {
  if (isDeeperThan(MAX_DEPTH, value)) throw tooDeep()
  return value
}

/** @throws {EngineError} BSONObjectTooLarge when a value would become longer than documents may be */
export function checkBytes (bytes: number): void {
  if (bytes > MAX_BYTES) throw new EngineError('BSONObjectTooLarge', `an expression made a value of ${bytes} bytes; the limit is ${MAX_BYTES}`)
}
