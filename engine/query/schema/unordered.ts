import { compareValues } from '../../bson/order.js'
import { arrayElements, arrayValue, buildDocument, documentValue, fields, isArray, isDocument, type Value } from '../../bson/value.js'

/** The values of which no two are equal in JSON Schema's sense, where the order of a document's fields does not count. */
export class UnorderedSet {
  readonly #sorted: readonly Value[]

  constructor (values: readonly Value[]) {
    this.#sorted = values.map(withSortedFields).sort(compareValues)
  }

  has (value: Value): boolean {
    const wanted = withSortedFields(value)
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const difference = compareValues(wanted, this.#sorted[middle])
      if (difference === 0) return true
      if (difference < 0) high = middle
      else low = middle + 1
    }
    return false
  }
}

/** The first value that is equal to one before it. */
export function firstDuplicate (values: readonly Value[]): Value | undefined {
  // Equal values keep their order, so that each but the first of them comes right behind another.
  const sorted = values.map((value, at) => ({ key: withSortedFields(value), at })).sort((a, b) => compareValues(a.key, b.key))
  let first = Infinity
  for (let next = 1; next < sorted.length; next++) {
    if (compareValues(sorted[next - 1].key, sorted[next].key) === 0) first = Math.min(first, sorted[next].at)
  }
  return values[first]
}

/** The same value with the fields of all its documents in one order. */
function withSortedFields (value: Value): Value {
  if (isArray(value)) return arrayValue(arrayElements(value).map(withSortedFields))
  if (!isDocument(value)) return value
  const sorted = [...fields(value)].sort(([a], [b]) => a < b ? -1 : a === b ? 0 : 1)
  return documentValue(buildDocument(sorted.map(([name, field]) => [name, withSortedFields(field)])))
}
