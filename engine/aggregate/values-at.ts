import { arrayElements, isArray, type Value } from '../bson/value.js'
import { someValue, type Path } from '../query/path.js'

/** The values that a path leads to in a document; an array at its end counts as its elements, one by one. */
export function valuesAt (document: Value, path: Path): Value[] {
  const values: Value[] = []
  someValue(document, path, 'whole', (value) => {
    if (isArray(value)) for (const element of arrayElements(value)) values.push(element)
    else if (value !== undefined) values.push(value)
    return false
  })
  return values
}
