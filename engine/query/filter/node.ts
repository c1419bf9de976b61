import type { Value } from '../../bson/value.js'
import type { TextQuery } from '../../text/search.js'
import type { Leaf } from '../path.js'

/**
 * A parsed filter as a tree, for the matcher and for the planner. Negations (`$ne`, `$nin`, `$not`, `$nor`) are nodes of
 * their own kinds: whoever looks for conditions that every result fulfils may stop at them.
 */
export type FilterNode =
  | { readonly kind: 'and' | 'or' | 'nor', readonly nodes: readonly FilterNode[] }
  | { readonly kind: 'not', readonly node: FilterNode }
  | { readonly kind: 'path', readonly path: string, readonly tests: readonly Test[] }
  | { readonly kind: 'always', readonly result: boolean }
  | { readonly kind: 'expression', readonly holds: (document: Value) => boolean }
  | { readonly kind: 'schema', readonly accepts: (document: Value) => boolean }
  /** At most one, and not under a negation. */
  | { readonly kind: 'text', readonly text: TextQuery }

/** Is told the index of the array element that a test has accepted. */
export type OnElement = (index: number) => void

/** One operator on a path. All tests of a path node must hold, though on an array each may hold for another element. */
export interface Test {
  /** As in the manual, with its dollar sign; `$eq` for a plain value and `$regex` for a plain regular expression. */
  readonly operator: string
  /** The operand; of `$regex` always a regular expression that has its options in it. */
  readonly operand: Value
  readonly leaf: Leaf
  /** Of `$elemMatch`: what one element of an array must fulfil. */
  readonly element?: ElementCondition
  /** Whether the test holds for one value that the path leads to (`undefined`: it leads to nothing). */
  matches (value: Value | undefined, onElement?: OnElement): boolean
}

/** On the element itself, whatever the paths of the nodes, or on the fields of an element that is a document. */
export interface ElementCondition {
  readonly on: 'value' | 'fields'
  readonly node: FilterNode
}
