import { describe } from '../../bson/describe.js'
import { arrayValue, buildDocument, documentValue, fields, isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { isNullish, typeName } from '../../expression/operand.js'
import { encodeKey } from '../../storage/key.js'
import type { Accumulators, GroupContext } from '../accumulator.js'
import { unary, type Gatherer } from './unary.js'

/** All values in the order of the documents; a missing one is left out. */
function push ({ memory }: GroupContext): Gatherer {
  const values: Value[] = []
  return {
    add: (value) => { if (value !== undefined) values.push(memory.keep(value)) },
    result: () => arrayValue(values)
  }
}

/** Each value once, in the order of their first documents; MongoDB promises no order. */
function addToSet ({ memory, operation }: GroupContext): Gatherer {
  const values = new Map<string, Value>()
  return {
    add (value) {
      if (value === undefined) return
      // Values that are equal, such as 1 and 1.0, have the same key.
      const key = encodeKey([value], [1], operation.collation).toString('latin1')
      if (values.has(key)) return
      memory.charge(key.length)
      values.set(key, memory.keep(value))
    },
    result: () => arrayValue(values.values())
  }
}

/** The fields of all documents; of those of one name the last counts, in the place of the first. */
function mergeObjects ({ memory }: GroupContext): Gatherer {
  const merged = new Map<string, Value>()
  return {
    add (value) {
      if (isNullish(value)) return
      if (!isDocument(value)) {
        throw new EngineError(40400, `$mergeObjects requires object inputs, but input ${describe(value)} is of type ${typeName(value)}`)
      }
      for (const [name, field] of fields(value)) {
        const before = merged.get(name)
        if (before === undefined) memory.charge(name.length)
        else memory.release(before)
        merged.set(name, memory.keep(field))
      }
    },
    result: () => documentValue(buildDocument(merged))
  }
}

export const collectionAccumulators: Accumulators = {
  $addToSet: unary(addToSet),
  $mergeObjects: unary(mergeObjects),
  $push: unary(push)
}
