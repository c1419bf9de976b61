import { BsonType, fields, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import type { Environment } from '../../expression/expression.js'
import { equalityNode } from './comparison.js'
import { isOperatorDocument } from './expression-document.js'
import type { FilterNode } from './node.js'
import type { Parser } from './operator.js'
import { regexNode } from './regex.js'
import { clauses, operators } from './table.js'

/** Parses the filters of queries; throws as MongoDB does. Filters nest as deep as documents may, which is bounded. */
export class FilterParser implements Parser {
  readonly collation: Collation | undefined
  readonly environment: Environment | undefined

  constructor (collation: Collation | undefined, environment?: Environment) {
    this.collation = collation
    this.environment = environment
  }

  filter (filter: Value): FilterNode {
    const nodes: FilterNode[] = []
    for (const [name, operand] of fields(filter)) {
      const node = name.startsWith('$') ? this.#clause(name, operand) : this.#field(name, operand)
      if (node !== undefined) nodes.push(node)
    }
    return allOf(nodes)
  }

  operators (path: string, document: Value): FilterNode {
    const nodes: FilterNode[] = []
    for (const [name, operand] of fields(document)) {
      const parse = operators.get(name)
      if (parse === undefined) throw unknownOperator(name)
      const node = parse({ name, operand, path, siblings: document, parser: this.#nested })
      if (node !== undefined) nodes.push(node)
    }
    return allOf(joinTests(path, nodes))
  }

  isClause (name: string): boolean {
    return clauses.has(name)
  }

  isOperator (name: string): boolean {
    return operators.has(name)
  }

  /** What operators on a path contain is not about whole documents. */
  get #nested (): FilterParser {
    return this.environment === undefined ? this : new FilterParser(this.collation)
  }

  #clause (name: string, operand: Value): FilterNode | undefined {
    const parse = clauses.get(name)
    if (parse !== undefined) return parse(name, operand, this)
    throw new EngineError('BadValue', `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, ` +
      'consider using $getField or $setField.')
  }

  #field (path: string, operand: Value): FilterNode {
    if (isOperatorDocument(operand)) return this.operators(path, operand)
    return operand.type === BsonType.regex ? regexNode(path, operand) : equalityNode(path, operand, this)
  }
}

function unknownOperator (name: string): EngineError {
  return new EngineError('BadValue', name === '$where' ? '$where cannot be applied to a field' : `unknown operator: ${name}`)
}

/** Gathers the tests of one path in one node, where the planner finds the two ends of a range together. */
function joinTests (path: string, nodes: readonly FilterNode[]): FilterNode[] {
  const tests = nodes.flatMap((node) => node.kind === 'path' ? node.tests : [])
  const others = nodes.filter(({ kind }) => kind !== 'path')
  return tests.length === 0 ? others : [{ kind: 'path', path, tests }, ...others]
}

function allOf (nodes: readonly FilterNode[]): FilterNode {
  return nodes.length === 1 ? nodes[0] : { kind: 'and', nodes }
}
