import { equalValues } from '../bson/order.js'
import { arrayElements, BsonType, isArray, type Value } from '../bson/value.js'
import type { Filter, FilterNode, Test } from '../query/filter.js'

/** The conditions that every result of a filter fulfils, by path: what stands at its top or in an `$and`. */
export class Conditions {
  readonly #tests = new Map<string, Test[]>()

  constructor (root: FilterNode) {
    this.#collect(root)
  }

  on (path: string): readonly Test[] {
    return this.#tests.get(path) ?? []
  }

  /** Whether the field is certain to be there, as a sparse index needs it. */
  require (path: string): boolean {
    return this.on(path).some(requiresField)
  }

  /** Whether every document that fulfils these conditions also matches `filter`, as a partial index needs it. */
  imply (filter: Filter): boolean {
    return this.#implyNode(filter.root)
  }

  #implyNode (node: FilterNode): boolean {
    switch (node.kind) {
      case 'and': return node.nodes.every((part) => this.#implyNode(part))
      case 'or': return node.nodes.some((part) => this.#implyNode(part))
      case 'path': return node.tests.every((wanted) => this.on(node.path).some((known) => implies(known, wanted)))
      default: return false
    }
  }

  #collect (node: FilterNode): void {
    if (node.kind === 'and') for (const part of node.nodes) this.#collect(part)
    if (node.kind === 'path') {
      const known = this.#tests.get(node.path)
      if (known === undefined) this.#tests.set(node.path, [...node.tests])
      else known.push(...node.tests)
    }
  }
}

/** Whether any value that fulfils the one test fulfils the other; `false` also where that is not plain to see. */
function implies (known: Test, wanted: Test): boolean {
  if (known.operator === wanted.operator && equalValues(known.operand, wanted.operand)) return true
  if (wanted.operator === '$exists') return requiresField(known)
  switch (known.operator) {
    case '$eq': return isPlain(known.operand) && wanted.matches(known.operand)
    case '$in': return arrayElements(known.operand).every((value) => isPlain(value) && wanted.matches(value))
    // Whatever is beyond a bound that fulfils a test in the same direction fulfils it as well.
    case '$gt':
    case '$gte': return (wanted.operator === '$gt' || wanted.operator === '$gte') && wanted.matches(known.operand)
    case '$lt':
    case '$lte': return (wanted.operator === '$lt' || wanted.operator === '$lte') && wanted.matches(known.operand)
    default: return false
  }
}

function requiresField ({ matches }: Test): boolean {
  return !matches(undefined)
}

/** Whether a value is found as itself and nothing else: not as a missing field, an array's element, a pattern's match. */
function isPlain (value: Value): boolean {
  return value.type !== BsonType.null && value.type !== BsonType.regex && !isArray(value)
}
