import { arrayElements, isArray, typeNames, type Value } from '../../bson/value.js'
import { parsePath, someValue } from '../path.js'
import type { Explanation } from '../schema/rule.js'

/** How many values an explanation shows (`internalQueryMaxDocValidationErrorConsideredValues`). */
const MAX_VALUES = 10

/** The values that an operator has looked at. */
export interface Considered {
  readonly values: readonly Value[]
  readonly isTruncated: boolean
}

/** What a path leads to, an array as its elements unless it counts as a whole; `undefined` when there is nothing. */
export function considered (document: Value, path: string, countsWhole: boolean): Considered | undefined {
  const found: Value[] = []
  let exists = false
  someValue(document, parsePath(path), 'whole', (value) => {
    if (value !== undefined) {
      exists = true
      found.push(...isArray(value) && !countsWhole ? arrayElements(value).slice(0, MAX_VALUES + 1) : [value])
    }
    return found.length > MAX_VALUES
  })
  return exists ? { values: found.slice(0, MAX_VALUES), isTruncated: found.length > MAX_VALUES } : undefined
}

export function valueMembers ({ values, isTruncated }: Considered): Explanation {
  const members = values.length === 1 ? { consideredValue: values[0] } : { consideredValues: values }
  return { ...members, ...(isTruncated && { consideredValuesTruncated: true }) }
}

export function typeMembers ({ values }: Considered): Explanation {
  return values.length === 0 ? {} : namesOfTypes('considered', values.map(({ type }) => type))
}

/** Types by their names, `consideredType` or `consideredTypes`, in the order of the alphabet. */
export function namesOfTypes (what: 'considered' | 'expected', types: readonly number[]): Explanation {
  const names = [...new Set(types.map((type) => typeNames[type]))].sort()
  return names.length === 1 ? { [`${what}Type`]: names[0] } : { [`${what}Types`]: names }
}
