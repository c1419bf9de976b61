import { describe, describeField } from '../bson/describe.js'
import { BsonType, documentValue, fields, payload, typeNames, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { applyPlan } from './apply.js'
import type { ArrayFilters } from './array-filters.js'
import { differenceByEdits, type Edits } from './difference.js'
import { withId } from './document-id.js'
import { operators } from './operators/table.js'
import { parsePath, type UpdatePath } from './path.js'
import { planChanges, type Change } from './plan.js'
import { seedDocument } from './seed.js'
import { WriteBudget } from './size.js'
import type { Update } from './update.js'

/** An update with operators, such as `{ $set: { a: 1 }, $inc: { b: 1 } }`. */
export function parseModifiers (update: Value, arrayFilters: ArrayFilters, collation: Collation | undefined): Update {
  const changes = [...fields(update)].flatMap(([name, entries]) => parseOperator(name, entries, collation))
  checkArrayFilters(update, changes, arrayFilters)
  const plan = planChanges(changes)
  return {
    kind: 'modifiers',
    apply (document, context) {
      const before = documentValue(document)
      const edits: Edits = new Map()
      const after = applyPlan(plan, { document: before, inserting: false, context, arrayFilters, budget: new WriteBudget(), edits })
      return after === before ? { document } : { document: after.bytes, difference: differenceByEdits(after, edits.get(after)!, edits) }
    },
    insert (context) {
      const after = applyPlan(plan, { document: seedDocument(context), inserting: true, context, arrayFilters, budget: new WriteBudget(), edits: new Map() })
      return withId(payload(after), context.newObjectId)
    }
  }
}

function parseOperator (name: string, entries: Value, collation: Collation | undefined): Change[] {
  const operator = operators.get(name)
  if (operator === undefined) {
    throw new EngineError('FailedToParse', `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`)
  }
  if (entries.type !== BsonType.document) {
    throw new EngineError('FailedToParse', `Modifiers operate on fields but we found type ${typeNames[entries.type]} instead. For example: {$mod: {<field>: ...}} not {${describeField(name, entries)}}`)
  }
  return [...fields(entries)].flatMap(([path, argument]) => operator(parsePath(path), argument, collation))
}

/** Every identifier in a path needs a filter, and every filter must be needed: a mistyped one would change nothing. */
function checkArrayFilters (update: Value, changes: readonly Change[], arrayFilters: ArrayFilters): void {
  const used = new Set(changes.flatMap(({ path }) => identifiersIn(path, arrayFilters)))
  for (const identifier of arrayFilters.keys()) {
    if (!used.has(identifier)) {
      throw new EngineError('FailedToParse', `The array filter for identifier '${identifier}' was not used in the update ${describe(update)}`)
    }
  }
}

function identifiersIn ({ text, parts }: UpdatePath, arrayFilters: ArrayFilters): string[] {
  const identifiers = parts.filter(({ kind, name }) => kind === 'elements' && name !== '').map(({ name }) => name)
  const unknown = identifiers.find((identifier) => !arrayFilters.has(identifier))
  if (unknown !== undefined) throw new EngineError('BadValue', `No array filter found for identifier '${unknown}' in path '${text}'`)
  return identifiers
}
