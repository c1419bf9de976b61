import { NULL, stringValue } from '../bson/scalar.js'
import { arrayValue, buildDocument, documentValue, type Value } from '../bson/value.js'
import type { Operand } from './evaluation.js'
import { checkBytes } from './limits.js'

/** An array of what expressions gave; a missing element becomes null. */
export function arrayOf (elements: readonly Operand[]): Value {
  const values = elements.map((element) => element ?? NULL)
  checkBytes(sizeOf(values))
  return arrayValue(values)
}

/** A document of what expressions gave; a missing field is left out. */
export function documentOf (entries: Iterable<readonly [name: string, value: Operand]>): Value {
  const present: Array<[string, Value]> = []
  for (const [name, value] of entries) {
    if (value !== undefined) present.push([name, value])
  }
  checkBytes(sizeOf(present.map(([, value]) => value)))
  return documentValue(buildDocument(present))
}

export function textOf (text: string): Value {
  checkBytes(text.length)
  return stringValue(text)
}

/** What values take in an array or document at least: each also has a type and a name there. */
function sizeOf (values: readonly Value[]): number {
  return values.reduce((sum, { start, end }) => sum + 3 + end - start, 0)
}
