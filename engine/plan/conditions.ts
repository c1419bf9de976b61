import { equalValues } from '../bson/order.js'
import { arrayElements, BsonType, type Value } from '../bson/value.js'
import type { Filter, FilterNode, Test } from '../query/filter.js'

const RANGES = new Set(['$eq', '$gt', '$gte', '$lt', '$lte'])
/** Types whose comparisons accept a field that is missing. */
const MATCH_MISSING = new Set<number>([BsonType.null, BsonType.minKey, BsonType.maxKey])

/** The conditions that every result of a filter fulfils, by path: what stands at its top or in an `$and`. */
export class Conditions {
  readonly #tests = new Map<string, Test[]>()

  constructor (filter: Filter) {
    this.#collect(filter.root)
  }

  on (path: string): readonly Test[] {
    return this.#tests.get(path) ?? []
  }

  /** Whether the field is certain to be there and not null, as a sparse index needs it. */
  require (path: string): boolean {
    return this.on(path).some(requiresValue)
  }

  /** Whether every document that fulfils these conditions also matches `filter`, as a partial index needs it. */
  imply (filter: Filter): boolean {
    return this.#implyNode(filter.root)
  }

  #implyNode (node: FilterNode): boolean {
    if (node.kind === 'and') return node.nodes.every((part) => this.#implyNode(part))
    return node.kind === 'path' && node.tests.every((test) => this.#implyTest(node.path, test))
  }

  #implyTest (path: string, { operator, operand }: Test): boolean {
    return this.on(path).some((test) => test.operator === operator && equalValues(test.operand, operand))
  }

  #collect (node: FilterNode): void {
    if (node.kind === 'and') for (const part of node.nodes) this.#collect(part)
    if (node.kind === 'path') this.#tests.set(node.path, [...this.on(node.path), ...node.tests])
  }
}

function requiresValue ({ operator, operand }: Test): boolean {
  if (RANGES.has(operator)) return isValue(operand)
  return operator === '$in' && arrayElements(operand).every(isValue)
}

function isValue ({ type }: Value): boolean {
  return !MATCH_MISSING.has(type)
}
