import { MAX_DEPTH } from '../bson/validate.js'
import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { isDeeperThan, tooDeep } from './nesting.js'
import type { Place } from './place.js'

/** Throws if a new value may not be stored where an update puts it. */
export function checkStorable (after: Value, place: Place): void {
  place.checkCreatable()
  // Since 5.0 such names are free inside documents, and on insert; but at the top they would look like operators.
  if (place.depth === 1 && place.name.startsWith('$') && !place.run.inserting) throw dollarPrefixed(place.name)
  if (place.depth > MAX_DEPTH || isDeeperThan(MAX_DEPTH - place.depth, after)) throw tooDeep()
}

/** The error for a name at the top of a document that only an insert may give. */
export function dollarPrefixed (name: string): EngineError {
  return new EngineError('DollarPrefixedFieldName', `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`)
}
