import { arrayElements, BsonType, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { TextQuery, TextSearch } from '../text/search.js'
import { compile, type Matches } from './filter/compile.js'
import type { FilterNode } from './filter/node.js'
import { FilterParser } from './filter/parse.js'
import { replaceText, textIn } from './filter/text-node.js'

export type { FilterNode, Test } from './filter/node.js'

/** A parsed and compiled query filter. */
export interface Filter {
  readonly root: FilterNode
  /** By which it compares strings. */
  readonly collation: Collation | undefined
  /** Its `$text`, if it has one: then it can be matched only when the index is known (`searchIn`). */
  readonly text?: TextQuery
  /** How well a document is found by the `$text`, when the index is known. */
  readonly textScore?: (document: Value) => number | undefined
  /** Whether the filter holds; only the fields that it names are looked at, and nothing is decoded. */
  matches (document: Value): boolean
  /** The index that the positional operator `$` stands for: of the array element by which a matching document matched. */
  position (document: Value): number | undefined
  /** The paths that the filter binds to one value, from which an upsert makes its new document. */
  equalities (): Array<[path: string, value: Value]>
}

/**
 * Parses a query filter.
 * @param environment the operation's, for `$expr`, which is refused where there is none
 * @param collation by which strings are compared; that of the environment if there is one
 * @throws {EngineError} with MongoDB's code and wording for whatever MongoDB refuses, NotImplemented for what it has and
 *   this engine has not
 */
export function parseFilter (filter: Value, environment?: Environment, collation = environment?.collation): Filter {
  const root = new FilterParser(collation, environment).filter(filter)
  return new CompiledFilter(root, collation, { text: textIn(root) })
}

/** The filter with its `$text` as a search of the texts that an index has; it finds the same without that index. */
export function searchIn (filter: Filter, search: TextSearch): Filter {
  let last: { document: Value, score: number | undefined } | undefined
  // Whoever matches a document asks for its score next.
  const textScore = (document: Value): number | undefined => {
    if (last?.document !== document) last = { document, score: search.score(document) }
    return last.score
  }
  const root = replaceText(filter.root, { kind: 'expression', holds: (document) => textScore(document) !== undefined })
  return new CompiledFilter(root, filter.collation, { textScore })
}

class CompiledFilter implements Filter {
  readonly root: FilterNode
  readonly collation: Collation | undefined
  readonly text: Filter['text']
  readonly textScore: Filter['textScore']
  readonly matches: Matches
  #find: Matches | undefined
  #position: number | undefined

  constructor (root: FilterNode, collation: Collation | undefined, { text, textScore }: Pick<Filter, 'text' | 'textScore'>) {
    this.root = root
    this.collation = collation
    this.text = text
    this.textScore = textScore
    this.matches = compile(root)
  }

  /** Compiles the filter a second time, and only if it is asked for, so that ordinary matching keeps no positions. */
  position (document: Value): number | undefined {
    this.#find ??= compile(this.root, (index) => { this.#position = index })
    this.#position = undefined
    return this.#find(document) ? this.#position : undefined
  }

  equalities (): Array<[path: string, value: Value]> {
    return equalitiesOf(this.root)
  }
}

/** Conditions under a `$or` with one branch and an `$in` with one value bind as well: MongoDB simplifies them away. */
function equalitiesOf (node: FilterNode): Array<[string, Value]> {
  if (node.kind === 'and' || (node.kind === 'or' && node.nodes.length === 1)) return node.nodes.flatMap(equalitiesOf)
  if (node.kind === 'expression') throw new EngineError('QueryFeatureNotAllowed', '$expr is not allowed in the query predicate for an upsert')
  if (node.kind !== 'path') return []
  return node.tests.flatMap(({ operator, operand }): Array<[string, Value]> => {
    if (operator === '$eq') return [[node.path, operand]]
    const listed = operator === '$in' ? arrayElements(operand) : []
    return listed.length === 1 && listed[0].type !== BsonType.regex ? [[node.path, listed[0]]] : []
  })
}
