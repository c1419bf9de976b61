import type { Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { EvaluationContext } from '../../expression/expression.js'
import type { Path } from '../path.js'

/** What a projection says about the fields of a document, by their names. */
export type Branch = Map<string, ProjectionNode>

/** What it says about one field; it says nothing about the fields that are not in the tree. */
export type ProjectionNode =
  | { readonly kind: 'keep' | 'drop' }
  | { readonly kind: 'branch', readonly children: Branch }
  | { readonly kind: 'compute', readonly compute: Compute }

/** Makes a field's value; `undefined` leaves the field out. */
export type Compute = (context: EvaluationContext) => Value | undefined

/** Makes the error for a path that collides with another one; `at` counts the parts that they have in common. */
export type Collision = (path: Path, at: number) => EngineError

/**
 * Puts a node into the tree.
 * @throws {EngineError} 31249 or 31250, if not told otherwise, when one path of the projection is, or is inside of, another
 */
export function addNode (root: Branch, path: Path, node: ProjectionNode, collision: Collision = pathCollision): void {
  const { parts } = path
  let branch = root
  for (const [at, part] of parts.entries()) {
    const present = branch.get(part)
    if (at === parts.length - 1) {
      if (present !== undefined) throw collision(path, at + 1)
      branch.set(part, node)
    } else if (present === undefined) {
      const children: Branch = new Map()
      branch.set(part, { kind: 'branch', children })
      branch = children
    } else if (present.kind === 'branch') {
      branch = present.children
    } else {
      throw collision(path, at + 1)
    }
  }
}

/** Whether anything at or below a node is computed. */
export function isComputed (node: ProjectionNode): boolean {
  return node.kind === 'compute' || (node.kind === 'branch' && [...node.children.values()].some(isComputed))
}

function pathCollision ({ text, parts }: Path, at: number): EngineError {
  return at === parts.length
    ? new EngineError(31250, `Path collision at ${text}`)
    : new EngineError(31249, `Path collision at ${text} remaining portion ${parts.slice(at).join('.')}`)
}
