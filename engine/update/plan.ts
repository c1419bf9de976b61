import { EngineError } from '../errors.js'
import type { Modifier } from './modifier.js'
import { compareNames, type PathPart, type UpdatePath } from './path.js'

/** What one entry of an operator does: a field and what becomes of it. */
export interface Change {
  readonly path: UpdatePath
  readonly modifier: Modifier
}

/**
 * All changes of one update as one tree over their paths, so that every container on the way is rewritten once.
 * `fields` are found by name (`$` stands for the matched index), `elements` by the identifier of an array filter.
 */
export type Step = { readonly kind: 'change', readonly modifier: Modifier } | Branch

export interface Branch {
  readonly kind: 'fields' | 'elements'
  readonly steps: Map<string, Step>
}

/** @throws {EngineError} ConflictingUpdateOperators where a change meets another one on its path */
export function planChanges (changes: readonly Change[]): Branch {
  const root: Branch = { kind: 'fields', steps: new Map() }
  for (const change of changes) addChange(root, change)
  return sorted(root)
}

/** Unites what is to be done to one element when several placeholders select it. `at` is its path, for the error. */
export function mergeSteps (left: Step, right: Step, at: string): Step {
  if (left.kind === 'change' || right.kind === 'change' || left.kind !== right.kind) {
    throw new EngineError('ConflictingUpdateOperators', `Update created a conflict at '${at}'`)
  }
  return mergeBranches(left, right, at)
}

/** The same for two branches of one kind. */
export function mergeBranches (left: Branch, right: Branch, at: string): Branch {
  const steps = new Map(left.steps)
  for (const [name, step] of right.steps) {
    const other = steps.get(name)
    const part = left.kind === 'elements' ? `$[${name}]` : name
    steps.set(name, other === undefined ? step : mergeSteps(other, step, `${at}.${part}`))
  }
  return inOrder(left.kind, steps)
}

function addChange (root: Branch, { path, modifier }: Change): void {
  const { parts } = path
  let branch = root
  for (let i = 0; i < parts.length - 1; i++) {
    const next = branch.steps.get(parts[i].name) ?? addBranch(branch, parts[i], parts[i + 1])
    if (next.kind === 'change' || next.kind !== kindOf(parts[i + 1])) throw conflict(path, i + 1)
    branch = next
  }
  const { name } = parts[parts.length - 1]
  if (branch.steps.has(name)) throw conflict(path, parts.length)
  branch.steps.set(name, { kind: 'change', modifier })
}

function addBranch (parent: Branch, part: PathPart, next: PathPart): Branch {
  const branch: Branch = { kind: kindOf(next), steps: new Map() }
  parent.steps.set(part.name, branch)
  return branch
}

function kindOf (part: PathPart): Branch['kind'] {
  return part.kind === 'elements' ? 'elements' : 'fields'
}

function conflict (path: UpdatePath, length: number): EngineError {
  const at = path.text.split('.', length).join('.')
  return new EngineError('ConflictingUpdateOperators', `Updating the path '${path.text}' would create a conflict at '${at}'`)
}

function sorted ({ kind, steps }: Branch): Branch {
  for (const [name, step] of steps) if (step.kind !== 'change') steps.set(name, sorted(step))
  return inOrder(kind, steps)
}

function inOrder (kind: Branch['kind'], steps: Map<string, Step>): Branch {
  return { kind, steps: new Map([...steps].sort(([a], [b]) => compareNames(a, b))) }
}
