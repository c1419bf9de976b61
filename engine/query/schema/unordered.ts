import { arrayElements, arrayValue, buildDocument, documentValue, fields, isArray, isDocument, type Value } from '../../bson/value.js'
import { encodeKey } from '../../storage/key.js'
import { spend, stepsFor } from '../../stretch.js'

/** Values that can be looked up by equality in JSON Schema's sense, where the order of a document's fields does not count. */
export class UnorderedSet {
  readonly #keys: ReadonlySet<string>

  constructor (values: readonly Value[]) {
    this.#keys = new Set(values.map(keyOf))
  }

  has (value: Value): boolean {
    return this.#keys.has(keyOf(value))
  }
}

/** The first value that is equal to one before it. */
export function firstDuplicate (values: readonly Value[]): Value | undefined {
  const met = new Set<string>()
  return values.find((value) => met.size === met.add(keyOf(value)).size)
}

/** The same text for equal values alone. */
function keyOf (value: Value): string {
  spend(stepsFor(value.end - value.start))
  return encodeKey([withSortedFields(value)], [1]).toString('latin1')
}

/** The same value with the fields of all its documents in one order. */
function withSortedFields (value: Value): Value {
  if (isArray(value)) return arrayValue(arrayElements(value).map(withSortedFields))
  if (!isDocument(value)) return value
  const sorted = [...fields(value)].sort(([a], [b]) => a < b ? -1 : a === b ? 0 : 1)
  return documentValue(buildDocument(sorted.map(([name, field]) => [name, withSortedFields(field)])))
}
