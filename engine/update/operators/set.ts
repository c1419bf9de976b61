import { payload, type Value } from '../../bson/value.js'
import { onNamedField } from '../modifier.js'

/** `$set`: the argument as it is. A value of the same bytes is no change. */
export const set = onNamedField((argument) => (before) => {
  return before !== undefined && isIdentical(before, argument) ? before : argument
})

/** `$setOnInsert`: `$set` if the update inserts a document, else nothing. */
export const setOnInsert = onNamedField((argument) => (before, { run }) => run.inserting ? argument : before)

/** Whether two values are the same in type and bytes: 1 and 1.0 are equal, but not identical. */
export function isIdentical (a: Value, b: Value): boolean {
  return a.type === b.type && payload(a).equals(payload(b))
}
