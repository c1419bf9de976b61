import { FieldCursor } from '../../bson/field-cursor.js'
import { arrayElements, arrayValue, BsonType, payload, type Value } from '../../bson/value.js'

/** What becomes of a field: its value as it was (the same object), another value, or nothing. */
export type MapField = (name: string, value: Value) => Value | undefined

/** Writes a document anew, field by field in its order; runs of fields that stay are copied in one piece. */
export function mapFields (document: Value, map: MapField, added: ReadonlyArray<readonly [name: string, value: Value]> = []): Value {
  const { bytes } = document
  const parts: Buffer[] = [Buffer.alloc(4)]
  const cursor = new FieldCursor(document)
  let copied = document.start + 4
  let end = copied
  while (cursor.next()) {
    const start = end
    end = cursor.value.end
    const value = map(cursor.name(), cursor.value)
    if (value === cursor.value) continue
    if (start > copied) parts.push(bytes.subarray(copied, start))
    copied = end
    if (value !== undefined) parts.push(Buffer.of(value.type), bytes.subarray(cursor.nameStart, cursor.value.start), payload(value))
  }
  if (copied === document.start + 4 && added.length === 0) return document
  parts.push(bytes.subarray(copied, end))
  for (const [name, value] of added) parts.push(Buffer.of(value.type), Buffer.from(`${name}\0`), payload(value))
  return finishDocument(parts)
}

/** The same for an array, whose elements are numbered anew. */
export function mapElements (array: Value, map: (element: Value) => Value | undefined): Value {
  const elements = arrayElements(array)
  const mapped = elements.map(map)
  if (mapped.every((element, at) => element === elements[at])) return array
  return arrayValue(mapped.filter((element) => element !== undefined))
}

function finishDocument (parts: Buffer[]): Value {
  parts.push(Buffer.alloc(1))
  const bytes = Buffer.concat(parts)
  bytes.writeInt32LE(bytes.length)
  return { type: BsonType.document, bytes, start: 0, end: bytes.length }
}
