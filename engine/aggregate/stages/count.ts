import { buildDocument, BsonType, documentValue, stringOf, type Value } from '../../bson/value.js'
import { integerValue } from '../../expression/numeric.js'
import { EngineError } from '../../errors.js'
import { forEach, inBatches } from '../batches.js'
import type { StageDefinition } from '../stage.js'

export const count: StageDefinition = {
  name: '$count',
  makesOthers: true,
  notIn: ['update'],

  parse (specification) {
    const name = readName(specification)
    const ofCount = (count: number): Value[] => count === 0 ? [] : [documentValue(buildDocument([[name, integerValue(BigInt(count))]]))]
    return {
      ofCount,
      async * run (input, operation) {
        let count = 0
        await forEach(input, operation, () => { count++ })
        yield * inBatches(ofCount(count), operation)
      }
    }
  }
}

function readName (specification: Value): string {
  if (specification.type !== BsonType.string) throw new EngineError(40156, 'the count field must be a non-empty string')
  const name = stringOf(specification)
  if (name === '') throw new EngineError(40157, 'the count field must be a non-empty string')
  if (name.startsWith('$')) throw new EngineError(40158, 'the count field cannot be a $-prefixed path')
  if (name.includes('\0')) throw new EngineError(40159, 'the count field cannot contain a null byte')
  if (name.includes('.')) throw new EngineError(40160, "the count field cannot contain '.'")
  return name
}
