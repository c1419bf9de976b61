import { findField, type Value } from '../../bson/value.js'
import type { Explanation } from './rule.js'

/** What a schema says to its readers alone. */
export function annotationsOf (schema: Value): Explanation {
  const [title, description] = [findField(schema, 'title'), findField(schema, 'description')]
  return { ...(title && { title }), ...(description && { description }) }
}
