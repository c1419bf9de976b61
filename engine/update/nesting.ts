import { FieldCursor } from '../bson/field-cursor.js'
import { MAX_DEPTH } from '../bson/validate.js'
import { isArray, isDocument, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'

/** Bytes that a document or array takes at least, and those that put it into another one: a type and an empty name. */
const SMALLEST = 5
const EACH_LEVEL = SMALLEST + 2

/** Whether more than `levels` documents and arrays are nested in a value, itself included. */
export function isDeeperThan (levels: number, value: Value): boolean {
  if (!isDocument(value) && !isArray(value)) return false
  if (levels <= 0) return true
  // Nearly every value is too small to be too deep, which spares the walk.
  if (value.end - value.start < SMALLEST + EACH_LEVEL * levels) return false
  const cursor = new FieldCursor(value)
  while (cursor.next()) {
    if (isDeeperThan(levels - 1, cursor.value)) return true
  }
  return false
}

/** The error for a document that would be nested too deeply. */
export function tooDeep (): EngineError {
  return new EngineError('Overflow', `Document exceeds maximum nesting depth of ${MAX_DEPTH}`)
}
