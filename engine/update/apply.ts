import { describeField } from '../bson/describe.js'
import { FieldCursor } from '../bson/field-cursor.js'
import { isArray, isDocument, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { spend } from '../stretch.js'
import { findElements, findFields } from './locate.js'
import type { Modifier, Run } from './modifier.js'
import { arrayIndex } from './path.js'
import { Place } from './place.js'
import { mergeBranches, mergeSteps, type Branch, type Step } from './plan.js'
import { EMPTY_DOCUMENT, NULL, rewrite, type Edit } from './rewrite.js'
import { checkStorable } from './storable.js'

/** The most nulls that are put into an array to reach the index that is set, as in mongod. */
const MAX_PADDING = 1_500_000

/** A null's type, its name of up to seven digits and the zero behind it. */
const BYTES_OF_PADDING = 9

type Steps = ReadonlyMap<string, Step>

/**
 * Applies planned changes to the run's document. Each step turns the value at its path into the value after it, the very
 * same one when nothing changed; so only containers with a change inside are written anew.
 */
export function applyPlan (plan: Branch, run: Run): Value {
  return changeFields(plan.steps, run.document, new Place(run))
}

function applyStep (step: Step, before: Value | undefined, place: Place): Value | undefined {
  spend(1)
  switch (step.kind) {
    case 'change': return applyChange(step.modifier, before, place)
    case 'fields': return applyToFields(step.steps, before, place)
    case 'elements': return applyToElements(step.steps, before, place)
  }
}

function applyChange (modifier: Modifier, before: Value | undefined, place: Place): Value | undefined {
  const after = modifier(before, place)
  if (after === before) return before
  if (after !== undefined) checkStorable(after, place)
  place.checkMutable()
  place.run.budget.spend(sizeOf(after) - sizeOf(before))
  return after
}

function sizeOf (value: Value | undefined): number {
  return value === undefined ? 0 : value.end - value.start
}

function applyToFields (planned: Steps, before: Value | undefined, place: Place): Value | undefined {
  const steps = withMatchedIndex(planned, place)
  if (before === undefined) {
    const created = changeFields(steps, EMPTY_DOCUMENT, place)
    return created === EMPTY_DOCUMENT ? undefined : created
  }
  if (isDocument(before)) return changeFields(steps, before, place)
  if (isArray(before)) return changeElements(steps, before, place)
  for (const [name, step] of steps) applyStep(step, undefined, place.beyond(name, before))
  return before
}

function changeFields (steps: Steps, document: Value, place: Place): Value {
  const fields = findFields(document, steps)
  const edits: Edit[] = []
  for (const [name, step] of steps) {
    const field = fields.get(name)
    const after = applyStep(step, field?.value, place.child(name, document))
    if (after !== field?.value) edits.push({ name, field, after })
  }
  return edits.length === 0 ? document : edited(document, edits, place)
}

/** Changes elements by index. One that is unset becomes null, so that those behind it keep their indexes. */
function changeElements (steps: Steps, array: Value, place: Place): Value {
  const elements = findElements(array, steps)
  let { length } = elements
  const edits: Edit[] = []
  for (const [name, step] of steps) {
    const index = arrayIndex(name)
    const field = elements.found.get(name)
    const after = applyStep(step, field?.value, index === undefined ? place.beyond(name, array) : place.child(name, array))
    if (after === field?.value || index === undefined) continue
    const nulls = Math.max(index - length, 0)
    checkPadding(nulls, place)
    edits.push({ name, field, after: after ?? NULL, nulls })
    length = Math.max(length, index + 1)
  }
  return edits.length === 0 ? array : edited(array, edits, place)
}

/** Notes by which edits a container was made: that is how it differs. */
function edited (container: Value, edits: readonly Edit[], { run }: Place): Value {
  const after = rewrite(container, edits)
  run.edits.set(after, edits)
  return after
}

function checkPadding (nulls: number, { run }: Place): void {
  if (nulls > MAX_PADDING) throw new EngineError('CannotBackfillArray', `can't backfill more than ${MAX_PADDING} elements`)
  run.budget.spend(nulls * BYTES_OF_PADDING)
}

/** Changes all elements, or those that the array filters accept. */
function applyToElements (steps: Steps, before: Value | undefined, place: Place): Value {
  if (before === undefined) {
    throw new EngineError('BadValue', `The path '${place.path}' must exist in the document in order to apply array updates.`)
  }
  if (!isArray(before)) {
    throw new EngineError('BadValue', `Cannot apply array updates to non-array element ${describeField(place.name, before)}`)
  }
  const edits: Edit[] = []
  const cursor = new FieldCursor(before)
  for (let index = 0; cursor.next(); index++) {
    spend(1)
    const { value } = cursor
    const element = place.child(String(index), before)
    const step = stepForElement(steps, value, element)
    const after = step === undefined ? value : applyStep(step, value, element)
    if (after !== value) edits.push({ name: element.name, field: { at: cursor.nameStart - 1, value }, after: after ?? NULL })
  }
  return edits.length === 0 ? before : edited(before, edits, place)
}

/** What is to be done to an element: the steps of all identifiers whose filter accepts it, as one. */
function stepForElement (steps: Steps, element: Value, place: Place): Step | undefined {
  let united: Step | undefined
  for (const [identifier, step] of steps) {
    const accepts = place.run.arrayFilters.get(identifier)
    if (accepts !== undefined && !accepts(element)) continue
    united = united === undefined ? step : mergeSteps(united, step, place.path)
  }
  return united
}

/** Puts the index that the filter matched in the place of `$`. */
function withMatchedIndex (steps: Steps, place: Place): Steps {
  const matched = steps.get('$')
  if (matched === undefined) return steps
  const { document, inserting, context } = place.run
  const position = inserting ? undefined : context.filter.position(document)
  if (position === undefined) {
    throw new EngineError('BadValue', 'The positional operator did not find the match needed from the query.')
  }
  const named = new Map(steps)
  named.delete('$')
  const indexed = new Map([[String(position), matched]])
  return mergeBranches({ kind: 'fields', steps: named }, { kind: 'fields', steps: indexed }, place.path).steps
}
