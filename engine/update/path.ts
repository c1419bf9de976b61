import { MAX_DEPTH } from '../bson/validate.js'
import { EngineError } from '../errors.js'
import { spend } from '../stretch.js'
import { tooDeep } from './nesting.js'

/**
 * One part of an update path:
 * - `field`: a field's name, or an element's index where the walk meets an array;
 * - `matched`: `$`, the element that the filter matched;
 * - `elements`: `$[]` (the name is empty) or `$[identifier]`, all elements or those that an array filter accepts.
 */
export interface PathPart {
  readonly kind: 'field' | 'matched' | 'elements'
  readonly name: string
}

export interface UpdatePath {
  /** As the client wrote it. */
  readonly text: string
  readonly parts: readonly PathPart[]
}

/** Parses the path of one change, such as `a.b`, `a.$.b` or `a.$[e].b`. */
export function parsePath (text: string): UpdatePath {
  if (text === '') throw new EngineError('EmptyFieldName', 'An empty update path is not valid.')
  const parts = text.split('.').map(parsePart)
  if (parts.length > MAX_DEPTH) throw tooDeep()
  if (parts.some(({ kind, name }) => kind === 'field' && name === '')) {
    throw new EngineError('EmptyFieldName', `The update path '${text}' contains an empty field name, which is not allowed.`)
  }
  checkPlaceholders(text, parts)
  return { text, parts }
}

/** A path of plain names, whatever they look like; what a filter's path is. */
export function fieldPath (text: string): UpdatePath {
  const parts = text.split('.').map((name) => ({ kind: 'field' as const, name }))
  if (parts.length > MAX_DEPTH) throw tooDeep()
  return { text, parts }
}

/** The index that a name means where it meets an array. There is one name for each index: `01` is none. */
export function arrayIndex (name: string): number | undefined {
  return /^(?:0|[1-9]\d*)$/.test(name) ? Number(name) : undefined
}

/** Whether one path is the other or leads to something inside it. */
export function isPrefix (prefix: UpdatePath, path: UpdatePath): boolean {
  return path.text === prefix.text || path.text.startsWith(`${prefix.text}.`)
}

export function hasPlaceholder (path: UpdatePath): boolean {
  return path.parts.some(({ kind }) => kind !== 'field')
}

/**
 * The order in which the fields of one update are processed, and so appended where they are new: "string-based names
 * in lexicographic order, fields with numeric names in numeric order" (manual, Update Operators, since 5.0). A number
 * padded with zeros is a string.
 */
export function compareNames (a: string, b: string): number {
  spend(1)
  const difference = /^\d/.test(a) && /^\d/.test(b) ? leadingDigits(a) - leadingDigits(b) : 0
  return difference !== 0 ? difference : Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function parsePart (text: string): PathPart {
  if (text === '$') return { kind: 'matched', name: text }
  if (text.startsWith('$[') && text.endsWith(']')) return { kind: 'elements', name: text.slice(2, -1) }
  return { kind: 'field', name: text }
}

function checkPlaceholders (text: string, parts: readonly PathPart[]): void {
  if (parts.filter(({ kind }) => kind === 'matched').length > 1) {
    throw new EngineError('BadValue', `Too many positional (i.e. '$') elements found in path '${text}'`)
  }
  if (parts[0].kind === 'matched') {
    throw new EngineError('BadValue', `Cannot have positional (i.e. '$') element in the first position in path '${text}'`)
  }
  if (parts[0].kind === 'elements') {
    throw new EngineError('BadValue', `Cannot have array filter identifier (i.e. '$[<id>]') element in the first position in path '${text}'`)
  }
}

/** How many digits a number has: of two numbers the longer one is greater. A padded one counts as a single digit. */
function leadingDigits (name: string): number {
  return /^(?:0|[1-9]\d*)/.exec(name)?.[0].length ?? 0
}
