import { FieldCursor } from '../bson/field-cursor.js'
import { isText } from '../bson/order.js'
import { BsonType, type Value } from '../bson/value.js'

/** Whether a value is a string or has one in it, so that it matters by which collation it is compared. */
export function hasText (value: Value): boolean {
  if (value.type === BsonType.codeWithScope) return true
  if (value.type !== BsonType.document && value.type !== BsonType.array) return isText(value.type)
  const cursor = new FieldCursor(value)
  while (cursor.next()) {
    if (hasText(cursor.value)) return true
  }
  return false
}
