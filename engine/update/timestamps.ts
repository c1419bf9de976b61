import { FieldCursor } from '../bson/field-cursor.js'
import { BsonType, documentValue, type Value } from '../bson/value.js'
import { rewrite, type Edit, type Field } from './rewrite.js'

/**
 * Fills the timestamps that a client leaves to the server: `Timestamp(0, 0)` in a field at the top of an inserted or
 * replacing document, but not in `_id`. The same Buffer when there is none.
 */
export function fillTimestamps (document: Buffer, timestamp: () => Value): Buffer {
  const edits = emptyTimestamps(document).map((empty): Edit => ({ ...empty, after: timestamp() }))
  return edits.length === 0 ? document : rewrite(documentValue(document), edits).bytes
}

/** Whether a server fills a document that it is not told to leave as it is. */
export function hasEmptyTimestamps (document: Buffer): boolean {
  return emptyTimestamps(document).length > 0
}

function emptyTimestamps (document: Buffer): Array<{ readonly name: string, readonly field: Field }> {
  const found: Array<{ readonly name: string, readonly field: Field }> = []
  const cursor = new FieldCursor(documentValue(document))
  while (cursor.next()) {
    const { nameStart, value } = cursor
    if (value.type !== BsonType.timestamp || document.readBigUInt64LE(value.start) !== 0n) continue
    const name = cursor.name()
    if (name !== '_id') found.push({ name, field: { at: nameStart - 1, value } })
  }
  return found
}
