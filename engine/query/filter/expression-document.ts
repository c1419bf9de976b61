import { BsonType, fields, findField, isEmpty, type Value } from '../../bson/value.js'

/**
 * Whether a document contains operators, as in `{ $gt: 5 }`, and is no value to compare with. A database reference
 * (`$ref` and `$id`) is a value.
 */
export function isOperatorDocument (value: Value): boolean {
  return startsWithDollar(value) && !(has(value, '$ref') && has(value, '$id'))
}

/** The same, but any field of a database reference makes the document a value, as `$elemMatch` has it. */
export function isOperatorDocumentWithoutReference (value: Value): boolean {
  return startsWithDollar(value) && !['$ref', '$id', '$db'].some((name) => has(value, name))
}

/** The name of the first field, which decides what kind of document it is. */
export function firstName (document: Value): string | undefined {
  const [first] = fields(document)
  return first?.[0]
}

function startsWithDollar (value: Value): boolean {
  return value.type === BsonType.document && !isEmpty(value) && (firstName(value)?.startsWith('$') ?? false)
}

function has (document: Value, name: string): boolean {
  return findField(document, name) !== undefined
}
