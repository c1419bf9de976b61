import { equalValues } from '../bson/order.js'
import { arrayElements, BsonType, isArray, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { hasText } from '../collation/text.js'
import type { Filter, FilterNode, Test } from '../query/filter.js'
import { parsePath } from '../query/path.js'

/** A part of a filter, with the collation by which it compares strings. */
export type Condition = Pick<Filter, 'root' | 'collation'>

/** The conditions that every result of a filter fulfils, by path: what stands at its top, in an `$and`, or in an `$elemMatch` of documents. */
export class Conditions {
  readonly #tests = new Map<string, Test[]>()
  /** By which they compare strings. */
  readonly collation: Collation | undefined

  constructor ({ root, collation }: Condition) {
    this.collation = collation
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
    return (filter.collation === this.collation || !namesText(filter.root)) && this.#implyNode(filter.root)
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
    if (node.kind === 'path') this.#add(node.path, node.tests)
  }

  #add (path: string, tests: readonly Test[]): void {
    if (tests.length === 0) return
    const known = this.#tests.get(path) ?? []
    for (const test of tests) {
      // Of an array that a path names by its index, an index has no elements.
      const isOfNone = test.element !== undefined && namesIndex(path)
      known.push(isOfNone ? { ...test, element: undefined } : test)
      if (test.element?.on === 'fields' && !isOfNone) this.#collectFields(path, test.element.node)
    }
    this.#tests.set(path, known)
  }

  /**
   * What an element that is a document must fulfil, the path that goes on in it leads to as well. An array among the elements
   * counts as one, but has no fields with names, and so only fulfils what a missing field does.
   */
  #collectFields (path: string, node: FilterNode): void {
    if (node.kind === 'and') for (const part of node.nodes) this.#collectFields(path, part)
    if (node.kind === 'path' && !namesIndex(node.path)) this.#add(`${path}.${node.path}`, node.tests.filter(requiresField))
  }
}

/** Whether a path may mean an element of an array by its index. */
export function namesIndex (path: string): boolean {
  return parsePath(path).indexes.some((index) => index !== -1)
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

/** Whether a filter compares anything with strings. */
function namesText (node: FilterNode): boolean {
  if ('nodes' in node) return node.nodes.some(namesText)
  if ('node' in node) return namesText(node.node)
  return node.kind === 'path' && node.tests.some(({ operand }) => hasText(operand))
}

function requiresField ({ matches }: Test): boolean {
  return !matches(undefined)
}

/** Whether a value is found as itself and nothing else: not as a missing field, an array's element, a pattern's match. */
function isPlain (value: Value): boolean {
  return value.type !== BsonType.null && value.type !== BsonType.regex && !isArray(value)
}
