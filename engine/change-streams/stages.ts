import type { Step } from '../aggregate/stage.js'
import { changeStreamSplitLargeEvent } from '../aggregate/stages/change-stream-split-large-event.js'
import { describe } from '../bson/describe.js'
import { equalValues } from '../bson/order.js'
import { findField, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import { parseFilter } from '../query/filter.js'

/** What the stages behind `$changeStream` make of an event: perhaps nothing. */
export type EventChange = (event: Value) => Value | undefined

/** What the stages behind `$changeStream` are to it. */
export interface EventStages {
  readonly change: EventChange
  /** Whether an event that is too large for a reply is told in fragments. */
  readonly isSplitting: boolean
}

/**
 * Compiles the stages behind `$changeStream`, each of which may only look at one event at a time.
 * @throws {EngineError} IllegalOperation for any other, 7182802 for stages behind the one that splits
 */
export function compileStages (steps: readonly Step[], environment: Environment): EventStages {
  const splittingAt = steps.findIndex(({ definition }) => definition === changeStreamSplitLargeEvent)
  const isSplitting = splittingAt >= 0
  if (isSplitting && splittingAt < steps.length - 1) throw new EngineError(7182802, `${changeStreamSplitLargeEvent.name} must be the last stage in the pipeline`)
  return { isSplitting, change: compileChange(isSplitting ? steps.slice(0, -1) : steps, environment) }
}

function compileChange (steps: readonly Step[], environment: Environment): EventChange {
  const changes = steps.map((step) => compileStage(step, environment))
  return (event) => {
    let changed: Value | undefined = event
    for (const change of changes) changed = changed && change(changed)
    if (changed !== undefined) checkToken(event, changed)
    return changed
  }
}

function compileStage ({ clause, change, select = change, definition }: Step, environment: Environment): EventChange {
  if (select !== undefined) return (event) => select(event, environment)
  if (clause?.kind !== 'filter') throw new EngineError('IllegalOperation', `${definition.name} is not permitted in a $changeStream pipeline`)
  const filter = parseFilter(clause.filter, environment)
  return (event) => filter.matches(event) ? event : undefined
}

/** @throws {EngineError} ChangeStreamFatalError when the stages have taken away what a client goes on with */
function checkToken (event: Value, changed: Value): void {
  const expected = findField(event, '_id')!
  const found = findField(changed, '_id')
  if (found !== undefined && equalValues(expected, found)) return
  throw new EngineError('ChangeStreamFatalError', 'Encountered an event whose _id field, which contains the resume token, was modified by the pipeline. ' +
    'Modifying the _id field of an event makes it impossible to resume the stream from that point. Only transformations that retain the unmodified _id field are allowed. ' +
    `Expected: { _id: ${describe(expected)} } but found: { _id: ${found === undefined ? 'missing' : describe(found)} }`)
}
