import { FieldCursor } from '../bson/field-cursor.js'
import type { Value } from '../bson/value.js'
import { arrayIndex } from './path.js'
import type { Field } from './rewrite.js'

type Names = ReadonlyMap<string, unknown>

/** The fields whose names are keys of `names`: of several fields with one name the first, as everywhere in MongoDB. */
export function findFields (document: Value, names: Names): Map<string, Field> {
  const fields = new Map<string, Field>()
  const cursor = new FieldCursor(document)
  while (fields.size < names.size && cursor.next()) {
    const name = cursor.name()
    if (names.has(name) && !fields.has(name)) fields.set(name, { at: cursor.nameStart - 1, value: cursor.value })
  }
  return fields
}

/** The same for an array, whose elements are found by their positions. */
export function findElements (array: Value, names: Names): { found: Map<string, Field>, length: number } {
  const found = new Map<string, Field>()
  const wanted = new Set([...names.keys()].map(arrayIndex))
  const cursor = new FieldCursor(array)
  let length = 0
  for (; cursor.next(); length++) {
    if (wanted.has(length)) found.set(String(length), { at: cursor.nameStart - 1, value: cursor.value })
  }
  return { found, length }
}
