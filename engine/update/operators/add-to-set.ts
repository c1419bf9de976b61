import { describe } from '../../bson/describe.js'
import { arrayElements, BsonType, fields, isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { onNamedField, type Target } from '../modifier.js'
import { appendElements, EMPTY_ARRAY } from '../rewrite.js'
import { ValueSet } from './value-set.js'

/** `$addToSet`: appends the argument, or each value of `$each`, unless the array has an equal one. */
export const addToSet = onNamedField((argument, _path, collation) => {
  const given = parseValues(argument)
  const distinct = new ValueSet(given, collation)
  // In the order given: of equal values the set has the first.
  const values = given.filter((value) => distinct.find(value) === value)
  return (before, target) => {
    if (before === undefined) return appendElements(EMPTY_ARRAY, values)
    if (before.type !== BsonType.array) throw notAnArray(before, target)
    const present = new Set(arrayElements(before).map((element) => distinct.find(element)))
    const missing = values.filter((value) => !present.has(value))
    return missing.length === 0 ? before : appendElements(before, missing)
  }
})

function parseValues (argument: Value): Value[] {
  const clauses = isDocument(argument) ? fields(argument) : undefined
  const [name, each] = clauses?.next().value ?? []
  if (name !== '$each' || each === undefined) return [argument]
  if (each.type !== BsonType.array) {
    throw new EngineError('TypeMismatch', `The argument to $each in $addToSet must be an array but it was of type ${typeNames[each.type]}`)
  }
  if (clauses?.next().done === false) {
    throw new EngineError('BadValue', `Found unexpected fields after $each in $addToSet: ${describe(argument)}`)
  }
  return arrayElements(each)
}

function notAnArray (before: Value, { name }: Target): EngineError {
  return new EngineError('BadValue', `Cannot apply $addToSet to non-array field. Field named '${name}' has non-array type ${typeNames[before.type]}`)
}
