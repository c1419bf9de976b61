import { compareValues } from '../../bson/order.js'
import { onNamedField } from '../modifier.js'

/** `$min`: the argument if it is below the field in the order of all types, or if there is no field. */
export const min = onNamedField((argument, _path, collation) => (before) => {
  return before === undefined || compareValues(argument, before, collation) < 0 ? argument : before
})

/** `$max`: the argument if it is above. */
export const max = onNamedField((argument, _path, collation) => (before) => {
  return before === undefined || compareValues(argument, before, collation) > 0 ? argument : before
})
