import type { Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import type { Filter } from '../query/filter.js'
import type { ArrayFilters } from './array-filters.js'
import type { Change } from './plan.js'
import type { Edits } from './difference.js'
import type { UpdatePath } from './path.js'
import type { WriteBudget } from './size.js'

/**
 * What an operator makes of one field: a function from the value before to the value after. The very same `Value`
 * means that nothing changes, `undefined` that there is no such field (before) or is to be none (after).
 */
export type Modifier = (before: Value | undefined, target: Target) => Value | undefined

/**
 * Parses one entry of an operator's document, such as `{ $inc: { path: argument } }`; nearly always into one change.
 * Strings are compared by the collation.
 */
export type Operator = (path: UpdatePath, argument: Value, collation: Collation | undefined) => Change[]

/** The field that a modifier is applied to. */
export interface Target {
  /** The last part of the path. */
  readonly name: string
  /** The whole path with the indexes that placeholders stood for; made up when asked for. */
  readonly path: string
  /** The name of the nearest array that it is in, at any depth. */
  readonly enclosingArray: string | undefined
  readonly run: Run
  /** Throws PathNotViable if the field does not exist and could not be created either. */
  checkViable (): void
}

/** One application of an update to one document. */
export interface Run {
  /** The document before the update; when inserting, what the filter's equalities say about it. */
  readonly document: Value
  readonly inserting: boolean
  readonly context: UpdateContext
  readonly arrayFilters: ArrayFilters
  readonly budget: WriteBudget
  readonly edits: Edits
}

/** What an update needs from outside. */
export interface UpdateContext {
  /** The filter that selected the document: it says which element `$` means and what an upsert starts from. */
  readonly filter: Filter
  readonly now: Date
  /** The next BSON Timestamp; every call gives a greater one (clock.ts). */
  readonly timestamp: () => Value
  /** Whether `Timestamp(0, 0)` is stored as it is. */
  readonly keepsEmptyTimestamps?: boolean
  readonly newObjectId: () => Value
}

/** An operator whose entries change only the field they name. */
export function onNamedField (parse: (argument: Value, path: UpdatePath, collation: Collation | undefined) => Modifier): Operator {
  return (path, argument, collation) => [{ path, modifier: parse(argument, path, collation) }]
}
