import { FieldCursor } from '../bson/field-cursor.js'
import { BsonType, type Value } from '../bson/value.js'

/** A field as it stands in its container: its bytes are `[at, value.end)`, the type's byte first, then the name. */
export interface Field {
  readonly at: number
  readonly value: Value
}

/** What becomes of one field: replaced, removed (no `after`) or, where there is none, appended under `name`. */
export interface Edit {
  readonly name: string
  readonly field?: Field
  readonly after?: Value
  /** How many nulls are appended before it, so that an array reaches the index that is its name. */
  readonly nulls?: number
}

export const EMPTY_DOCUMENT: Value = { type: BsonType.document, bytes: Buffer.from([5, 0, 0, 0, 0]), start: 0, end: 5 }
export const EMPTY_ARRAY: Value = { ...EMPTY_DOCUMENT, type: BsonType.array }
export const NULL: Value = { type: BsonType.null, bytes: Buffer.alloc(0), start: 0, end: 0 }

/**
 * Writes a document or array anew with some fields changed; all else is copied byte for byte, so that no field changes
 * its type, its name or its place because of another one.
 */
export function rewrite (container: Value, edits: readonly Edit[]): Value {
  const size = edits.reduce((sum, edit) => sum + growth(edit), container.end - container.start)
  const bytes = Buffer.allocUnsafe(size)
  const changes = edits.filter(hasField).sort((a, b) => a.field.at - b.field.at)
  let from = container.start
  let to = 0
  for (const { field, after } of changes) {
    to += container.bytes.copy(bytes, to, from, after === undefined ? field.at : field.value.start)
    if (after !== undefined) {
      bytes[to - (field.value.start - field.at)] = after.type
      to += after.bytes.copy(bytes, to, after.start, after.end)
    }
    from = field.value.end
  }
  to += container.bytes.copy(bytes, to, from, container.end - 1)
  for (const edit of edits) if (edit.field === undefined) to = append(bytes, to, edit)
  bytes[to] = 0
  bytes.writeInt32LE(size)
  return { type: container.type, bytes, start: 0, end: size }
}

/**
 * An array with some values at its end.
 * @param noted given if this is to be told as new elements, not as a new array
 */
export function appendElements (array: Value, values: readonly Value[], noted?: Map<Value, readonly Edit[]>): Value {
  const length = countElements(array)
  const edits = values.map((after, index) => ({ name: String(length + index), after }))
  const longer = rewrite(array, edits)
  noted?.set(longer, edits)
  return longer
}

export function countElements (array: Value): number {
  const cursor = new FieldCursor(array)
  let count = 0
  while (cursor.next()) count++
  return count
}

function hasField (edit: Edit): edit is Edit & { field: Field } {
  return edit.field !== undefined
}

/** By how many bytes an edit makes its container longer. */
function growth ({ name, field, after, nulls = 0 }: Edit): number {
  const afterSize = after === undefined ? 0 : after.end - after.start
  if (field !== undefined) return after === undefined ? field.at - field.value.end : afterSize - (field.value.end - field.value.start)
  if (after === undefined) return 0
  let size = 2 + Buffer.byteLength(name) + afterSize
  for (let index = Number(name) - nulls; index < Number(name); index++) size += 2 + String(index).length
  return size
}

function append (bytes: Buffer, from: number, { name, after, nulls = 0 }: Edit): number {
  if (after === undefined) return from
  let at = from
  for (let index = Number(name) - nulls; index < Number(name); index++) at = appendHead(bytes, at, BsonType.null, String(index))
  at = appendHead(bytes, at, after.type, name)
  return at + after.bytes.copy(bytes, at, after.start, after.end)
}

function appendHead (bytes: Buffer, at: number, type: number, name: string): number {
  bytes[at] = type
  const nameEnd = at + 1 + bytes.write(name, at + 1)
  bytes[nameEnd] = 0
  return nameEnd + 1
}
