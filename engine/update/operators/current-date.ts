import { int64Value } from '../../bson/number.js'
import { BsonType, findField, forEachField, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { onNamedField } from '../modifier.js'

/** `$currentDate`: the time of the update as a date (`true`, `{ $type: 'date' }`) or a timestamp. */
export const currentDate = onNamedField((argument) => {
  const type = typeOf(argument)
  return (_before, { run: { context } }) => type === 'timestamp' ? context.timestamp() : dateValue(context.now)
})

function typeOf (argument: Value): 'date' | 'timestamp' {
  // mongod does not distinguish `false` from `true`.
  if (argument.type === BsonType.bool) return 'date'
  if (argument.type !== BsonType.document) {
    throw new EngineError('BadValue', `${typeNames[argument.type]} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`)
  }
  forEachField(argument, (name) => {
    if (name !== '$type') throw new EngineError('BadValue', `Unrecognized $currentDate option: ${name}`)
  })
  const type = findField(argument, '$type')
  const name = type?.type === BsonType.string ? stringOf(type) : undefined
  if (name !== 'date' && name !== 'timestamp') {
    throw new EngineError('BadValue', "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}")
  }
  return name
}

function dateValue (date: Date): Value {
  return { ...int64Value(BigInt(date.getTime())), type: BsonType.date }
}
