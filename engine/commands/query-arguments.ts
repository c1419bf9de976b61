import { documentValue, encode, fields, isDocument, isEmpty, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Query } from '../plan/matches.js'
import type { Hint } from '../plan/planner.js'
import { parseFilter } from '../query/filter.js'
import { parseSort, type Sort } from '../query/sort.js'
import { keyParts } from '../storage/index-spec.js'
import type { Arguments } from './arguments.js'

const EMPTY = documentValue(encode({}))

/** Reads what selects documents; the names of the members differ between commands. */
export function readQuery (args: Arguments, filter: string, sort?: string): Query {
  return {
    filter: parseFilter(args.document(filter) ?? EMPTY),
    sort: sort === undefined ? undefined : readSort(args.document(sort)),
    hint: readHint(args.value('hint'))
  }
}

function readSort (sort: Value | undefined): Sort | undefined {
  return sort === undefined || isEmpty(sort) ? undefined : parseSort(sort)
}

/** An index by name or by key; `{}` is no hint. */
function readHint (hint: Value | undefined): Hint | undefined {
  if (hint === undefined) return undefined
  if (!isDocument(hint)) return { name: stringOf(hint) }
  return isEmpty(hint) ? undefined : { key: keyParts(hint) }
}

/**
 * Only the order of bytes is known here, which is what `{ locale: 'simple' }` asks for.
 * @throws {EngineError} NotImplemented for every other collation
 */
export function checkCollation (collation: Value | undefined): void {
  if (collation === undefined || isEmpty(collation)) return
  const members = [...fields(collation)]
  const [name, locale] = members[0]
  if (members.length !== 1 || name !== 'locale' || stringOf(locale) !== 'simple') {
    throw new EngineError('NotImplemented', 'only the simple collation is implemented by this engine')
  }
}
