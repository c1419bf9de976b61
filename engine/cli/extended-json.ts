import { EJSON } from 'bson'
import { arrayElements, fields, isArray, isDocument, toJs, type Value } from '../bson/value.js'

/** A value in canonical Extended JSON v2, its fields in their order, even those whose names look like numbers. */
export function canonicalJson (value: Value): string {
  if (isArray(value)) return `[${arrayElements(value).map(canonicalJson).join(',')}]`
  if (isDocument(value)) return `{${[...fields(value)].map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
  return EJSON.stringify(toJs(value), { relaxed: false })
}
