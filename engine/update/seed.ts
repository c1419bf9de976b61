import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Filter } from '../query/filter.js'
import { applyPlan } from './apply.js'
import type { UpdateContext } from './modifier.js'
import { fieldPath, type PathPart, type UpdatePath } from './path.js'
import { planChanges } from './plan.js'
import { EMPTY_DOCUMENT } from './rewrite.js'
import { WriteBudget } from './size.js'

interface Equality {
  readonly path: UpdatePath
  readonly value: Value
}

/**
 * What an upsert with operators starts from: a document with the fields that the filter demands to equal something.
 * @throws {EngineError} NotSingleValueField when the filter demands two things of one field
 */
export function seedDocument (context: UpdateContext): Value {
  const equalities = equalitiesOf(context.filter)
  checkConflicts(equalities)
  const plan = planChanges(equalities.map(({ path, value }) => ({ path, modifier: () => value })))
  return applyPlan(plan, { document: EMPTY_DOCUMENT, inserting: true, context, arrayFilters: new Map(), budget: new WriteBudget(), edits: new Map() })
}

/** The `_id` that the filter demands: all that an upsert with a replacement takes from it. */
export function seedId (filter: Filter): Value | undefined {
  const equalities = equalitiesOf(filter).filter(({ path }) => path.parts[0].name === '_id')
  const inside = equalities.find(({ path }) => path.parts.length > 1)
  if (inside !== undefined) {
    throw new EngineError('NotExactValueField', `field at '_id' must be exactly specified, field at sub-path '${inside.path.text}'found`)
  }
  checkConflicts(equalities)
  return equalities[0]?.value
}

function equalitiesOf (filter: Filter): Equality[] {
  return filter.equalities().map(([path, value]) => ({ path: fieldPath(path), value }))
}

function checkConflicts (equalities: readonly Equality[]): void {
  const matched = new Set<string>()
  const throughs = new Map<string, string>()
  for (const { path: { text, parts } } of equalities) {
    if (matched.has(text)) throw conflict(`path '${text}' is matched twice`)
    const longer = throughs.get(text)
    if (longer !== undefined) throw conflict(`both paths '${longer}' and '${text}' are matched`)
    matched.add(text)
    for (const through of properPrefixes(parts)) {
      if (matched.has(through)) throw conflict(`both paths '${text}' and '${through}' are matched`)
      throughs.set(through, text)
    }
  }
}

function properPrefixes (parts: readonly PathPart[]): string[] {
  const names = parts.map(({ name }) => name)
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'))
}

function conflict (reason: string): EngineError {
  return new EngineError('NotSingleValueField', `cannot infer query fields to set, ${reason}`)
}
