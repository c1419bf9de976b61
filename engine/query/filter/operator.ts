import type { Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import type { Environment } from '../../expression/expression.js'
import type { FilterNode, Test } from './node.js'

/** What an operator on a path is parsed from: for `{ a: { $gt: 5 } }` the name `$gt`, the operand 5, the path `a`. */
export interface Operation {
  readonly name: string
  readonly operand: Value
  readonly path: string
  /** The document the operator stands in, for the two that belong together: `$regex` and `$options`. */
  readonly siblings: Value
  readonly parser: Parser
}

/** Parses one operator, or throws as MongoDB does; `undefined` when another operator takes care of it. */
export type ParseOperator = (operation: Operation) => FilterNode | undefined

/** Parses one top-level operator such as `$and`; `undefined` when it says nothing about documents. */
export type ParseClause = (name: string, operand: Value, parser: Parser) => FilterNode | undefined

/** What operators that contain other operators call. */
export interface Parser {
  /** The operation's, for `$expr`; there is none where that may not stand. */
  readonly environment: Environment | undefined
  /** By which strings are compared; regular expressions know none. */
  readonly collation: Collation | undefined
  /** A whole filter. */
  filter (filter: Value): FilterNode
  /** The operators of one path, all of which must hold. */
  operators (path: string, operators: Value): FilterNode
  /** Whether the name is that of a top-level operator. */
  isClause (name: string): boolean
  /** Whether the name is that of an operator on a path. */
  isOperator (name: string): boolean
}

/** A node for one test with the operand as it was given. */
export function testNode (operation: Operation, test: Pick<Test, 'matches'> & Partial<Test>): FilterNode {
  return {
    kind: 'path',
    path: operation.path,
    tests: [{ operator: operation.name, operand: operation.operand, leaf: 'elements', ...test }]
  }
}

export function negate (node: FilterNode): FilterNode {
  return { kind: 'not', node }
}
