import { describeField } from '../../bson/describe.js'
import { isNumber, wholeNumber } from '../../bson/number.js'
import { arrayElements, arrayValue, BsonType, isEmpty, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { onNamedField } from '../modifier.js'
import type { UpdatePath } from '../path.js'

/** `$pop`: removes the first (-1) or the last (1) element of an array. */
export const pop = onNamedField((argument, path) => {
  const fromFront = parseEnd(argument, path) === -1n
  return (before, target) => {
    if (before === undefined) {
      target.checkViable()
      return undefined
    }
    if (before.type !== BsonType.array) {
      throw new EngineError('TypeMismatch', `Path '${target.path}' contains an element of non-array type '${typeNames[before.type]}'`)
    }
    if (isEmpty(before)) return before
    const elements = arrayElements(before)
    return arrayValue(fromFront ? elements.slice(1) : elements.slice(0, -1))
  }
})

function parseEnd (argument: Value, { text }: UpdatePath): bigint {
  const entry = describeField(text, argument)
  if (!isNumber(argument)) throw new EngineError('FailedToParse', `Expected a number in: ${entry}`)
  const end = wholeNumber(argument)
  if (end === undefined) throw new EngineError('FailedToParse', `Expected an integer: ${entry}`)
  if (end !== 1n && end !== -1n) throw new EngineError('FailedToParse', `$pop expects 1 or -1, found: ${end}`)
  return end
}
