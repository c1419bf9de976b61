import type { Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Path } from '../path.js'

/** What a projection says about the fields of a document, by their names. */
export type Branch = Map<string, ProjectionNode>

/** What it says about one field; it says nothing about the fields that are not in the tree. */
export type ProjectionNode =
  | { readonly kind: 'keep' | 'drop' }
  | { readonly kind: 'branch', readonly children: Branch }
  | { readonly kind: 'compute', readonly compute: Compute }

/** Makes a field's value from the whole document; `undefined` leaves the field out. The seam for expressions. */
export type Compute = (document: Value) => Value | undefined

/**
 * Puts a node into the tree.
 * @throws {EngineError} 31249 or 31250 when one path of the projection is, or is inside of, another
 */
export function addNode (root: Branch, path: Path, node: ProjectionNode): void {
  const { parts, text } = path
  let branch = root
  for (const [at, part] of parts.entries()) {
    const present = branch.get(part)
    if (at === parts.length - 1) {
      if (present !== undefined) throw new EngineError(31250, `Path collision at ${text}`)
      branch.set(part, node)
    } else if (present === undefined) {
      const children: Branch = new Map()
      branch.set(part, { kind: 'branch', children })
      branch = children
    } else if (present.kind === 'branch') {
      branch = present.children
    } else {
      throw new EngineError(31249, `Path collision at ${text} remaining portion ${parts.slice(at + 1).join('.')}`)
    }
  }
}
