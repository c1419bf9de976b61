import { FieldCursor } from '../bson/field-cursor.js'
import { BsonType, findField, type Value } from '../bson/value.js'
import { spend, stepsFor } from '../stretch.js'

/** A dotted path, taken apart once. A part made of digits is both a field name and the index of an array element. */
export interface Path {
  readonly text: string
  readonly parts: readonly string[]
  /** For each part the array index that it may mean, or -1. */
  readonly indexes: readonly number[]
}

/**
 * Is told what a path leads to: a value, or `undefined` for nothing, and the index of the array element in the
 * outermost array that was gone through without being named by an index (-1 if there was none). That index is what
 * the positional operator `$` stands for. Returns `true` to stop.
 */
export type Visit = (value: Value | undefined, position: number) => boolean

/** Whether an array at the end of a path stands for its elements and then itself, or for itself alone. */
export type Leaf = 'elements' | 'whole'

export function parsePath (text: string): Path {
  const parts = text.includes('.') ? text.split('.') : [text]
  return { text, parts, indexes: parts.map(arrayIndex) }
}

/**
 * Makes a function that visits everything a path leads to, by the rules of MongoDB's query language, until a visit
 * returns `true`, and returns whether one did. Arrays on the way are gone through element by element, but not arrays in
 * arrays; an array of which no element is a document leads to nothing at all, not even to `undefined`.
 */
export function pathMatcher (path: Path, leaf: Leaf, visit: Visit): (document: Value) => boolean {
  const walk: Walk = { path, leaf, visit }
  return (document) => {
    spend(stepsFor(document.end - document.start))
    return walkDocument(document, 0, -1, walk)
  }
}

/** The same for a path that is followed through one document only. */
export function someValue (document: Value, path: Path, leaf: Leaf, visit: Visit): boolean {
  return walkDocument(document, 0, -1, { path, leaf, visit })
}

interface Walk {
  readonly path: Path
  readonly leaf: Leaf
  readonly visit: Visit
}

function walkDocument (document: Value, depth: number, position: number, walk: Walk): boolean {
  const { parts } = walk.path
  let value = document
  for (let at = depth; at < parts.length; at++) {
    const found = value.type === BsonType.document ? findField(value, parts[at]) : undefined
    if (found === undefined) return walk.visit(undefined, position)
    if (found.type === BsonType.array) {
      return at + 1 < parts.length ? walkArray(found, at + 1, position, walk) : visitArray(found, position, walk)
    }
    value = found
  }
  return walk.visit(value, position)
}

/** Goes on from an array in the middle of the path: through its documents, and through the element named by an index. */
function walkArray (array: Value, depth: number, position: number, walk: Walk): boolean {
  const named = walk.path.indexes[depth]
  const elements = new FieldCursor(array)
  for (let index = 0; elements.next(); index++) {
    const element = elements.value
    if (element.type === BsonType.document && walkDocument(element, depth, position === -1 ? index : position, walk)) return true
    if (index === named && walkElement(element, depth + 1, position, walk)) return true
  }
  return false
}

/** An element that the path names by its index; at the end of the path even an array stands for itself alone. */
function walkElement (element: Value, depth: number, position: number, walk: Walk): boolean {
  if (depth === walk.path.parts.length) return walk.visit(element, position)
  if (element.type === BsonType.document) return walkDocument(element, depth, position, walk)
  return element.type === BsonType.array && walkArray(element, depth, position, walk)
}

function visitArray (array: Value, position: number, walk: Walk): boolean {
  if (walk.leaf === 'elements') {
    const elements = new FieldCursor(array)
    for (let index = 0; elements.next(); index++) {
      if (walk.visit(elements.value, position === -1 ? index : position)) return true
    }
  }
  return walk.visit(array, position)
}

function arrayIndex (part: string): number {
  return /^(0|[1-9]\d*)$/.test(part) ? Number(part) : -1
}
