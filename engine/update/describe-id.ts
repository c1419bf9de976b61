import { describeField } from '../bson/describe.js'
import { findField, type Value } from '../bson/value.js'

/** The `_id` of the document being updated, as error messages name it: `{_id: 1}`. */
export function describeId (document: Value): string {
  const id = findField(document, '_id')
  return id === undefined ? 'no id' : describeField('_id', id)
}
