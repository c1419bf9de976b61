import { isNumber, wholeNumber } from '../../bson/number.js'
import { arrayElements, arrayValue, BsonType, fields, findField, isDocument, isEmpty, typeNames, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { describeId } from '../describe-id.js'
import { onNamedField, type Target } from '../modifier.js'
import { appendElements, EMPTY_ARRAY } from '../rewrite.js'
import { parseElementOrder, type ElementOrder } from './element-order.js'

/** What `$push` does in this order: insert the values at the position, sort the array, cut it to the slice. */
interface Push {
  readonly values: readonly Value[]
  readonly position: number
  readonly order?: ElementOrder
  /** The number of elements to keep: of the first ones, or if negative of the last ones. */
  readonly slice: number
}

/** `$push`: appends the argument, or the values of `$each` with the clauses `$position`, `$sort` and `$slice`. */
export const push = onNamedField((argument, _path, collation) => {
  const parsed = parsePush(argument, collation)
  return (before = EMPTY_ARRAY, target) => {
    if (before.type !== BsonType.array) throw notAnArray(before, target)
    return pushInto(before, parsed, target)
  }
})

function pushInto (array: Value, { values, position, order, slice }: Push, { run }: Target): Value {
  const isAppending = position === Infinity && order === undefined && slice === Infinity
  // A new array is written also where nothing is pushed, for a missing field is created even so.
  if (isAppending) return values.length === 0 && array !== EMPTY_ARRAY ? array : appendElements(array, values, isEmpty(array) ? undefined : run.edits)
  const before = arrayElements(array)
  const index = position < 0 ? Math.max(before.length + position, 0) : position
  const elements = [...before.slice(0, index), ...values, ...before.slice(index)]
  if (order !== undefined) elements.sort(order)
  const kept = slice < 0 ? elements.slice(slice) : elements.slice(0, slice)
  const isUnchanged = values.length === 0 && order === undefined && kept.length === before.length
  return isUnchanged && array !== EMPTY_ARRAY ? array : arrayValue(kept)
}

function parsePush (argument: Value, collation: Collation | undefined): Push {
  const each = isDocument(argument) ? findField(argument, '$each') : undefined
  if (each === undefined) return { values: [argument], position: Infinity, slice: Infinity }
  const clauses = parseClauses(argument)
  if (each.type !== BsonType.array) throw badValue(`The argument to $each in $push must be an array but it was of type: ${typeNames[each.type]}`)
  const slice = clauses.get('$slice')
  const sort = clauses.get('$sort')
  const position = clauses.get('$position')
  return {
    values: arrayElements(each),
    slice: slice === undefined ? Infinity : parseInteger(slice, 'The value for $slice must be an integer value but was given type: '),
    order: sort && parseElementOrder(sort, collation),
    position: position === undefined ? Infinity : parseInteger(position, 'The value for $position must be an integer value, not of type: ')
  }
}

const CLAUSES = new Set(['$each', '$slice', '$sort', '$position'])

function parseClauses (argument: Value): Map<string, Value> {
  const clauses = new Map<string, Value>()
  for (const [name, value] of fields(argument)) {
    if (!CLAUSES.has(name)) throw badValue(`Unrecognized clause in $push: ${name}`)
    if (clauses.has(name)) throw badValue(`Only one ${name} is supported.`)
    clauses.set(name, value)
  }
  return clauses
}

function parseInteger (value: Value, complaint: string): number {
  const integer = isNumber(value) ? wholeNumber(value) : undefined
  if (integer === undefined) throw badValue(complaint + typeNames[value.type])
  return Number(integer)
}

function notAnArray (before: Value, { path, run }: Target): EngineError {
  const id = describeId(run.document)
  return badValue(`The field '${path}' must be an array but is of type ${typeNames[before.type]} in document {${id}}`)
}

function badValue (message: string): EngineError {
  return new EngineError('BadValue', message)
}
