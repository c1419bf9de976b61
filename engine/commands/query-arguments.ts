import { isNumber, nearestDouble } from '../bson/number.js'
import { documentValue, encode, fields, findField, isDocument, isEmpty, stringOf, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { readCollation } from '../collation/specification.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { Query } from '../plan/matches.js'
import type { Hint } from '../plan/planner.js'
import { parseFilter } from '../query/filter.js'
import { parseSort } from '../query/sort.js'
import { isView, type Entry } from '../storage/catalog.js'
import type { Arguments } from './arguments.js'

const EMPTY = documentValue(encode({}))

/**
 * Reads what selects documents; the names of the members differ between commands.
 * @param environment the command's, for its collation and for `$expr`, which is refused without one
 * @throws {EngineError} for what cannot be parsed
 */
export function readQuery (args: Arguments, filter: string, { environment, sort }: { environment?: Environment, sort?: string } = {}): Query {
  const hint = readHint(args.value('hint'))
  const order = sort === undefined ? undefined : args.document(sort)
  const natural = order && naturalDirection(order)
  const parsed = parseFilter(args.document(filter) ?? EMPTY, environment)
  return {
    filter: parsed,
    sort: order === undefined || natural !== undefined || isEmpty(order) ? undefined : parseSort(order, parsed.text !== undefined, environment?.collation),
    // To sort by the natural order is to read in it.
    hint: natural === undefined ? hint : { natural }
  }
}

/** An index by name or by key; `{}` is no hint. */
export function readHint (hint: Value | undefined): Hint | undefined {
  if (hint === undefined) return undefined
  if (!isDocument(hint)) return { name: stringOf(hint) }
  if (isEmpty(hint)) return undefined
  const natural = naturalDirection(hint)
  return natural === undefined ? { key: hint } : { natural }
}

/** The direction of `{ $natural: ±1 }`, which is no field and stands alone. */
function naturalDirection (specification: Value): number | undefined {
  const value = findField(specification, '$natural')
  if (value === undefined) return undefined
  if ([...fields(specification)].length > 1) throw new EngineError('BadValue', '$natural cannot be combined with other fields')
  const direction = isNumber(value) ? nearestDouble(value) : NaN
  if (direction !== 1 && direction !== -1) throw new EngineError('BadValue', '$natural must be 1 or -1')
  return direction
}

/** By which an operation compares strings: as it says, or else as its collection does; a view has the simple collation. */
export function readCollationOf (args: Arguments, entry: Entry | undefined): Collation | undefined {
  const given = args.document('collation')
  if (given !== undefined && !isEmpty(given)) return readCollation(given)
  return isView(entry) ? undefined : entry?.collation
}
