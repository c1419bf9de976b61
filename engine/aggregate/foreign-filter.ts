import { NULL } from '../bson/scalar.js'
import { arrayValue, buildDocument, BsonType, documentValue, type Value } from '../bson/value.js'
import type { Path } from '../query/path.js'
import { valuesAt } from './values-at.js'

/**
 * The filter of the documents that belong to a local one in a `$lookup`: their field equals one of the values that the
 * local path leads to. The elements of an array count one by one, and where there is no value null counts, which also
 * matches documents without the field.
 */
export function foreignFilter (local: Value, localPath: Path, foreignField: string): Value {
  const found = valuesAt(local, localPath)
  const values = found.length === 0 ? [NULL] : found
  if (values.length === 1) return equals(foreignField, values[0])
  // In a list, a regular expression would match strings; here it only equals itself.
  return values.some(({ type }) => type === BsonType.regex)
    ? field('$or', arrayValue(values.map((value) => equals(foreignField, value))))
    : field(foreignField, field('$in', arrayValue(values)))
}

function equals (name: string, value: Value): Value {
  return field(name, field('$eq', value))
}

function field (name: string, value: Value): Value {
  return documentValue(buildDocument([[name, value]]))
}
