import { describeField } from '../bson/describe.js'
import { isNumber, truncatedInteger, wholeNumber } from '../bson/number.js'
import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'

/** How many documents a stage skips or passes. @throws {EngineError} with the stage's own code */
export function readCount (stage: string, value: Value, code: number): number {
  const refuse = (reason: string): EngineError => new EngineError(code, `invalid argument to ${stage} stage: ${reason}: ${describeField(stage, value)}`)
  if (!isNumber(value)) throw refuse('Expected a number in')
  const count = wholeNumber(value)
  if (count === undefined) throw refuse(truncatedInteger(value) === undefined ? 'Cannot represent as a 64-bit integer' : 'Expected an integer')
  if (count < 0n) throw refuse('Expected a non-negative number in')
  return Number(count)
}
