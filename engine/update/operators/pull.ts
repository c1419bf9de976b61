import { arrayElements, arrayValue, BsonType, buildDocument, documentValue, fields, isArray, isDocument, typeNames, type Value } from '../../bson/value.js'
import { equalValues } from '../../bson/order.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { parseFilter } from '../../query/filter.js'
import { onNamedField, type Modifier } from '../modifier.js'
import { ValueSet } from './value-set.js'

/** `$pull`: removes the elements that equal a value or fulfil a condition. */
export const pull = onNamedField((argument, _path, collation) => removing(parseCondition(argument, collation)))

/** `$pullAll`: removes the elements that equal one of several values. */
export const pullAll = onNamedField((argument, _path, collation) => {
  if (argument.type !== BsonType.array) {
    throw new EngineError('BadValue', `$pullAll requires an array argument but was given a ${typeNames[argument.type]}`)
  }
  const values = new ValueSet(arrayElements(argument), collation)
  return removing((element) => values.has(element))
})

type Condition = (element: Value) => boolean

function removing (isUnwanted: Condition): Modifier {
  return (before, target) => {
    if (before === undefined) {
      target.checkViable()
      return undefined
    }
    if (!isArray(before)) throw new EngineError('BadValue', 'Cannot apply $pull to a non-array value')
    const elements = arrayElements(before)
    const kept = elements.filter((element) => !isUnwanted(element))
    return kept.length === elements.length ? before : arrayValue(kept)
  }
}

/** Operators of a filter that combine whole filters; all others apply to a value. */
const FILTER_OPERATORS = new Set(['$and', '$or', '$nor', '$expr', '$comment', '$where', '$text', '$jsonSchema'])

/** Operators and a regex are tested on the element, other documents are a filter that only documents can pass. */
function parseCondition (argument: Value, collation: Collation | undefined): Condition {
  if (argument.type === BsonType.regex || startsWithValueOperator(argument)) {
    const filter = parseFilter(wrapped(argument), undefined, collation)
    return (element) => filter.matches(wrapped(element))
  }
  if (isDocument(argument)) {
    const filter = parseFilter(argument, undefined, collation)
    return (element) => isDocument(element) && filter.matches(element)
  }
  return (element) => equalValues(element, argument, collation)
}

function startsWithValueOperator (argument: Value): boolean {
  const [name] = isDocument(argument) ? fields(argument).next().value ?? [] : []
  return name !== undefined && name.startsWith('$') && !FILTER_OPERATORS.has(name)
}

function wrapped (value: Value): Value {
  return documentValue(buildDocument([['element', value]]))
}
