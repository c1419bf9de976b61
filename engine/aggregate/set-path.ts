import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { findField, isDocument, type Value } from '../bson/value.js'
import { rewrite } from '../update/rewrite.js'

/** What a path leads to through documents alone: arrays on the way lead to nothing. */
export function getPath (document: Value, parts: readonly string[]): Value | undefined {
  return parts.reduce((value: Value | undefined, part) => isDocument(value) ? findField(value, part) : undefined, document)
}

/**
 * A document with the value of one path changed, or removed if there is no `after`; a field that is there keeps its
 * place. Whatever is in the way of the path, arrays too, is replaced by a document.
 */
export function setPath (document: Value, [name, ...rest]: readonly string[], after: Value | undefined): Value {
  const before = findField(document, name)
  if (before === undefined && after === undefined) return document
  const inner = isDocument(before) ? before : EMPTY_DOCUMENT
  const changed = rest.length === 0 ? after : setPath(inner, rest, after)
  // The name, its closing zero and the byte of the type stand before a value.
  const field = before && { at: before.start - Buffer.byteLength(name) - 2, value: before }
  return rewrite(document, [{ name, field, after: changed }])
}
