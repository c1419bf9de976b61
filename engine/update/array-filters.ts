import { arrayElements, BsonType, buildDocument, documentValue, forEachField, isArray, isDocument, typeNames, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { parseFilter } from '../query/filter.js'

/** For each identifier whether an element of an array is to be changed. */
export type ArrayFilters = ReadonlyMap<string, (element: Value) => boolean>

/** The placeholders' names that the manual allows. */
const IDENTIFIER = /^[a-z][a-zA-Z0-9]*$/

/**
 * Parses `arrayFilters`: each is a filter whose paths all begin with one identifier, which stands for the element.
 * @throws {EngineError} FailedToParse or BadValue
 */
export function parseArrayFilters (filters: readonly Value[], collation: Collation | undefined): ArrayFilters {
  const byIdentifier = new Map<string, (element: Value) => boolean>()
  for (const [index, filter] of filters.entries()) {
    if (filter.type !== BsonType.document) {
      throw new EngineError('TypeMismatch', `BSON field 'arrayFilters.${index}' is the wrong type '${typeNames[filter.type]}', expected type 'object'`)
    }
    const identifier = identifierOf(filter)
    if (byIdentifier.has(identifier)) {
      throw new EngineError('FailedToParse', `Found multiple array filters with the same top-level field name ${identifier}`)
    }
    const parsed = parseFilter(filter, undefined, collation)
    byIdentifier.set(identifier, (element) => parsed.matches(documentValue(buildDocument([[identifier, element]]))))
  }
  return byIdentifier
}

function identifierOf (filter: Value): string {
  const [identifier, other] = topLevelNames(filter)
  if (identifier === undefined) {
    throw new EngineError('FailedToParse', 'Cannot use an expression without a top-level field name in arrayFilters')
  }
  if (other !== undefined) {
    throw new EngineError('FailedToParse', `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifier}' and '${other}'`)
  }
  if (!IDENTIFIER.test(identifier)) {
    throw new EngineError('BadValue', 'Error parsing array filter :: caused by :: The top-level field name must be an ' +
      `alphanumeric string beginning with a lowercase letter, found '${identifier}'`)
  }
  return identifier
}

/** The first parts of all paths of a filter, also of those inside `$and`, `$or` and `$nor`. */
function topLevelNames (filter: Value, names = new Set<string>()): Set<string> {
  forEachField(filter, (name, value) => {
    if (!name.startsWith('$')) names.add(name.split('.', 1)[0])
    else if (isArray(value)) for (const clause of arrayElements(value).filter(isDocument)) topLevelNames(clause, names)
  })
  return names
}
