import { describe } from '../bson/describe.js'
import { BsonType, fields, isEmpty, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { parseFieldPath } from '../query/field-path.js'
import { parsePath } from '../query/path.js'
import { computeFields } from '../query/projection/compute.js'
import { ProjectionParser } from '../query/projection/parse.js'
import { ownBytes, shapeOf, type Shape } from '../query/projection/shape.js'
import { addNode, type Branch, type ProjectionNode } from '../query/projection/tree.js'
import { parseExpression, type VariableNames } from './expression.js'
import { checkNesting } from './limits.js'

export type { Shape } from '../query/projection/shape.js'

const NO_NAMES: VariableNames = new Set()

/**
 * Parses what the stage `$project` takes: fields to include or to exclude, and fields to compute.
 * @throws {EngineError} as MongoDB does, without the stage's name in front
 */
export function parseProject (specification: Value, scope = NO_NAMES): Shape {
  if (isEmpty(specification)) throw new EngineError(51272, 'projection specification must have at least one field')
  return shapeOf(new ProjectionParser({ dialect: 'stage', scope }).parse(specification))
}

/**
 * Parses what the stages `$addFields` and `$set` take: fields to compute, by dotted paths or in documents inside of
 * documents. An expression that gives nothing takes its field away.
 * @throws {EngineError} as MongoDB does, without the stage's name in front
 */
export function parseAddFields (specification: Value, scope = NO_NAMES): Shape {
  const added = new AddedFields(specification, scope).parse()
  return (document, context) => ownBytes(checkNesting(computeFields(document, added, context)), document)
}

class AddedFields {
  readonly #specification: Value
  readonly #scope: VariableNames
  readonly #root: Branch = new Map()

  constructor (specification: Value, scope: VariableNames) {
    this.#specification = specification
    this.#scope = scope
  }

  parse (): Branch {
    if (isEmpty(this.#specification)) throw new EngineError(40177, 'specification must have at least one field')
    for (const [path, value] of fields(this.#specification)) this.#add(path, value)
    return this.#root
  }

  #add (path: string, value: Value): void {
    if (value.type === BsonType.document && !this.#isOperator(value)) return this.#addInside(path, value)
    const { evaluate } = parseExpression(value, this.#scope)
    addNode(this.#root, parseFieldPath(path), { kind: 'compute', compute: evaluate }, () => this.#conflict(path))
  }

  #addInside (path: string, document: Value): void {
    if (isEmpty(document)) throw new EngineError(40180, `an empty object is not a valid value. Found empty object at path ${path}`)
    for (const [name, value] of fields(document)) {
      if (name.includes('.')) throw new EngineError(40183, `cannot use dotted field name '${name}' in a sub object: ${describe(this.#specification)}`)
      this.#add(`${path}.${name}`, value)
    }
  }

  /** @throws {EngineError} 40182 when an operator does not stand alone */
  #isOperator (document: Value): boolean {
    const names = [...fields(document)].map(([name]) => name)
    if (!names.some((name) => name.startsWith('$'))) return false
    if (names.length === 1) return true
    throw new EngineError(40182, 'an expression specification must contain exactly one field, the name of the expression. ' +
      `Found ${names.length} fields in ${describe(document)}, while parsing object ${describe(this.#specification)}`)
  }

  #conflict (path: string): EngineError {
    const other = conflicting(this.#root, parsePath(path).parts)
    return new EngineError(40176, `specification contains two conflicting paths. Cannot specify both '${path}' and '${other}': ${describe(this.#specification)}`)
  }
}

/** The path in the tree that one cannot be added beside: the same, one around it, or the first one inside of it. */
function conflicting (root: Branch, parts: readonly string[]): string {
  const found: string[] = []
  let branch: Branch | undefined = root
  for (const part of parts) {
    const node: ProjectionNode | undefined = branch?.get(part)
    if (node === undefined) break
    found.push(part)
    branch = node.kind === 'branch' ? node.children : undefined
  }
  while (branch !== undefined) {
    const [[name, node]]: Branch = branch
    found.push(name)
    branch = node.kind === 'branch' ? node.children : undefined
  }
  return found.join('.')
}
