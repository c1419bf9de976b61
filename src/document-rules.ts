import { problem, type Problem, type ProblemCode } from './errors.js'

export interface DocumentLimits { jsonDepthLevels: number, jsonKeys: number, bodyBytes: number }

/** An object or array, and the way to it. */
interface Container { value: object, key: string | number, parent: Container | undefined, depth: number }

/**
 * Throws unless `document` (a JSON value) can be stored and read back: the limits of depth and keys, and no key
 * that means something to the database, to a path into the document or to JavaScript. Walks without recursion,
 * because it has to survive what it refuses.
 */
export function checkDocument (document: object, limits: DocumentLimits): void {
  const open: Container[] = [{ value: document, key: '', parent: undefined, depth: 1 }]
  let keys = 0
  for (let container = open.pop(); container; container = open.pop()) {
    if (container.depth > limits.jsonDepthLevels) throw tooDeep(pointerTo(pathOf(container)), limits.jsonDepthLevels)
    if (!Array.isArray(container.value)) keys = checkKeys(container, keys, limits.jsonKeys)
    for (const inner of containersIn(container)) open.push(inner)
  }
}

/** Throws when the JSON text of `document`, which `checkDocument` has accepted, is larger than a body may be. */
export function checkDocumentSize (document: object, limits: DocumentLimits): void {
  if (Buffer.byteLength(JSON.stringify(document)) > limits.bodyBytes) throw problem('BODY_TOO_LARGE')
}

/** `__proto__`, and `prototype` of a `constructor`, lead from a value to the prototype that all values share. */
export function reachesPrototype (key: string, parentKey: string | number | undefined): boolean {
  return key === '__proto__' || (key === 'prototype' && parentKey === 'constructor')
}

export function tooDeep (pointer: string, levels: number): Problem {
  return refusal('JSON_TOO_DEEP', pointer, 'TOO_DEEP', `Objects and arrays may be nested ${levels} levels deep.`)
}

export function tooWide (pointer: string, keys: number): Problem {
  return refusal('JSON_TOO_WIDE', pointer, 'TOO_MANY_KEYS', `A document may have ${keys} keys.`)
}

export function forbiddenKey (pointer: string): Problem {
  return refusal('FORBIDDEN_KEY', pointer, 'FORBIDDEN_KEY', 'Keys may not begin with $, contain a dot or NUL, or be __proto__, _bsontype or the prototype of a constructor.')
}

/** A JSON pointer (RFC 6901). */
export function pointerTo (path: (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function checkKeys (container: Container, before: number, limit: number): number {
  const keys = Object.keys(container.value)
  for (const [index, key] of keys.entries()) {
    if (isForbidden(key, container.key)) throw forbiddenKey(pointerTo([...pathOf(container), key]))
    if (before + index >= limit) throw tooWide(pointerTo([...pathOf(container), key]), limit)
  }
  return before + keys.length
}

function isForbidden (key: string, parentKey: string | number): boolean {
  return key.startsWith('$') || key.includes('.') || key.includes('\0') || key === '_bsontype' || reachesPrototype(key, parentKey)
}

function * containersIn (parent: Container): Generator<Container> {
  const entries = Array.isArray(parent.value) ? parent.value.entries() : Object.entries<unknown>(parent.value as Record<string, unknown>)
  for (const [key, value] of entries) {
    if (typeof value === 'object' && value !== null) yield { value, key, parent, depth: parent.depth + 1 }
  }
}

function pathOf (container: Container): (string | number)[] {
  const path: (string | number)[] = []
  for (let place = container; place.parent; place = place.parent) path.unshift(place.key)
  return path
}

function refusal (code: ProblemCode, pointer: string, item: string, detail: string): Problem {
  return problem(code, { detail, errors: [{ pointer, detail, code: item }] })
}
