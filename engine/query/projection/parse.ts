import { describe } from '../../bson/describe.js'
import { isNumber, isTruthy } from '../../bson/number.js'
import { BsonType, fields, isEmpty, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type VariableNames } from '../../expression/expression.js'
import { parseFieldPath } from '../field-path.js'
import type { Filter } from '../filter.js'
import { parseElemMatch } from './elem-match.js'
import { parsePositional } from './positional.js'
import { isSliceExpression, parseSlice } from './slice.js'
import { addNode, type Branch, type ProjectionNode } from './tree.js'

/** What has to be done with the outcome of the tree; `document` is the whole document as it was found. */
export type Step = (projected: Value, document: Value) => Value

export interface ParsedProjection {
  readonly mode: 'inclusion' | 'exclusion'
  readonly fields: Branch
  readonly steps: readonly Step[]
}

const MIDDLE_POSITIONAL = "As of 4.4, it's illegal to specify positional operator in the middle of a path." +
  'Positional projection may only be used at the end, for example: a.b.$. If the query previously used a form like ' +
  "a.b.$.d, remove the parts following the '$' and the results will be equivalent."

/** Where a projection stands. */
export interface ProjectionOptions {
  /** A find's projection also has `$slice`, `$elemMatch` and the positional operator; the stage `$project` has not. */
  readonly dialect: 'find' | 'stage'
  /** For `$elemMatch`. */
  readonly collation?: Collation
  /** The query's, which a positional operator needs. */
  readonly filter?: Filter
  /** The variables that expressions may use. */
  readonly scope: VariableNames
}

/** Reads a projection field by field; whether it includes or excludes turns out on the way. */
export class ProjectionParser {
  readonly #options: ProjectionOptions
  readonly #fields: Branch = new Map()
  readonly #steps: Step[] = []
  #mode: ParsedProjection['mode'] | undefined
  #id: 'included' | 'excluded' | 'inside' | undefined
  readonly #operators = new Set<'$' | '$elemMatch' | '$slice'>()

  constructor (options: ProjectionOptions) {
    this.#options = options
  }

  parse (specification: Value): ParsedProjection {
    for (const [name, value] of fields(specification)) {
      if (name === '_id' || name.startsWith('_id.')) this.#id ??= 'inside'
      this.#field(name, value, '')
    }
    const mode = this.#mode ?? this.#defaultMode()
    if (mode === 'inclusion' && this.#id === undefined) this.#fields.set('_id', { kind: 'keep' })
    return { mode, fields: this.#fields, steps: this.#steps }
  }

  /** `prefix` is empty or the path of the surrounding documents with a dot behind. */
  #field (name: string, value: Value, prefix: string): void {
    if (name.includes('.$.')) throw new EngineError(31394, MIDDLE_POSITIONAL)
    const isPositional = name.endsWith('.$')
    if (isPositional && this.#options.dialect === 'stage') throw new EngineError(31324, 'Cannot use positional projection in aggregation projection')
    if (value.type === BsonType.document) {
      if (isPositional) throw new EngineError(31271, 'positional projection cannot be used with an expression or sub object')
      this.#document(name, value, prefix)
    } else if (!isNumber(value) && value.type !== BsonType.bool) {
      if (isPositional) throw new EngineError(31308, 'positional projection cannot be used with a literal')
      this.#setMode('inclusion', 31310, `Cannot use an expression ${name}: ${describe(value)} in an exclusion projection`)
      this.#compute(prefix + name, value)
    } else if (!isTruthy(value)) {
      if (isPositional) throw new EngineError(31395, 'positional projection cannot be used with exclusion')
      this.#exclude(name, prefix)
    } else if (isPositional) {
      this.#positional(name, prefix)
    } else {
      this.#include(name, prefix)
    }
  }

  #document (name: string, value: Value, prefix: string): void {
    if (isEmpty(value)) throw new EngineError(51270, 'An empty sub-projection is not a valid value. Found empty object at path')
    const members = [...fields(value)]
    if (members.length === 1 && members[0][0].startsWith('$')) return this.#operator(name, value, prefix)
    const path = parseFieldPath(prefix + name)
    // Added empty first, so that a path which is there already is a collision.
    addNode(this.#fields, path, { kind: 'branch', children: new Map() })
    for (const [member, inner] of members) this.#field(member, inner, `${path.text}.`)
  }

  #operator (name: string, operators: Value, prefix: string): void {
    const path = parseFieldPath(prefix + name)
    const [[operator, operand]] = fields(operators)
    const isFind = this.#options.dialect === 'find'
    if (isFind && operator === '$slice' && !isSliceExpression(operand)) {
      this.#add('$slice', path.text, { kind: 'keep' })
      this.#steps.push(parseSlice(path, operand))
    } else if (isFind && operator === '$elemMatch') {
      if (this.#operators.has('$')) throw new EngineError(31255, 'Cannot specify positional operator and $elemMatch.')
      this.#add('$elemMatch', path.text, { kind: 'compute', compute: parseElemMatch(path, operators, this.#options.collation) })
    } else if (operator === '$meta') {
      // It includes nothing else and excludes nothing.
      this.#compute(path.text, operators)
    } else {
      this.#setMode('inclusion', 31252, 'Cannot use expression other than $meta in exclusion projection')
      this.#compute(path.text, operators)
    }
  }

  #compute (path: string, value: Value): void {
    const { evaluate } = parseExpression(value, this.#options.scope)
    if (path === '_id') this.#id = 'included'
    addNode(this.#fields, parseFieldPath(path), { kind: 'compute', compute: evaluate })
  }

  #positional (name: string, prefix: string): void {
    if (this.#operators.has('$')) throw new EngineError(31276, 'Cannot specify more than one positional projection per query.')
    if (this.#operators.has('$elemMatch')) throw new EngineError(31256, 'Cannot specify positional operator and $elemMatch.')
    const path = parseFieldPath(prefix + name.slice(0, -'.$'.length))
    this.#steps.push(parsePositional(path, prefix + name, this.#options.filter))
    this.#add('$', path.text, { kind: 'keep' })
    this.#setMode('inclusion', 31253, `Cannot do inclusion on field ${name} in exclusion projection`)
  }

  #include (name: string, prefix: string): void {
    addNode(this.#fields, parseFieldPath(prefix + name), { kind: 'keep' })
    if (prefix + name === '_id') this.#id = 'included'
    else this.#setMode('inclusion', 31253, `Cannot do inclusion on field ${name} in exclusion projection`)
  }

  #exclude (name: string, prefix: string): void {
    addNode(this.#fields, parseFieldPath(prefix + name), { kind: 'drop' })
    if (prefix + name === '_id') this.#id = 'excluded'
    else this.#setMode('exclusion', 31254, `Cannot do exclusion on field ${name} in inclusion projection`)
  }

  #add (operator: '$' | '$elemMatch' | '$slice', path: string, node: ProjectionNode): void {
    addNode(this.#fields, parseFieldPath(path), node)
    this.#operators.add(operator)
  }

  #setMode (mode: ParsedProjection['mode'], code: number, message: string): void {
    if (this.#mode !== undefined && this.#mode !== mode) throw new EngineError(code, message)
    this.#mode = mode
  }

  /** With nothing but `_id` and operators it depends on them (MongoDB's manual: `$slice` alone excludes nothing). */
  #defaultMode (): ParsedProjection['mode'] {
    const byId = this.#id === 'included' ? 'inclusion' : 'exclusion'
    return this.#operators.has('$elemMatch') && !this.#operators.has('$slice') ? 'inclusion' : byId
  }
}
