import { describe } from '../bson/describe.js'
import { equalValues } from '../bson/order.js'
import { documentValue, fields, findField, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Index } from './catalog.js'
import { isTextKey } from './text-index.js'

/** What tells indexes apart ("Unique Indexes", "Partial Indexes"); two that differ in another option are in conflict. */
const distinguishing = ['key', 'unique', 'sparse', 'partialFilterExpression', 'collation']
/** Hiding an index makes it no other; that is changed by collMod. */
const insignificant = new Set(['name', 'hidden'])

/**
 * The index that is exactly as specified, if there is one.
 * @throws {EngineError} IndexKeySpecsConflict, IndexOptionsConflict if there is one that is too much like it,
 *   CannotCreateIndex for a second index of texts
 */
export function existingIndex (indexes: readonly Index[], spec: Value): Index | undefined {
  const name = stringOf(findField(spec, 'name')!)
  const namesake = indexes.find((index) => index.name === name)
  if (namesake !== undefined) {
    checkNamesake(documentValue(namesake.spec), spec)
    return namesake
  }
  const alike = indexes.find((index) => isAlike(documentValue(index.spec), spec))
  if (alike !== undefined) throw otherName(documentValue(alike.spec), spec)
  const text = indexes.find(({ text }) => text !== undefined)
  if (text !== undefined && isTextKey(findField(spec, 'key')!)) {
    throw new EngineError('CannotCreateIndex', `only one text index per collection allowed, found existing text index "${text.name}"`)
  }
  return undefined
}

function checkNamesake (existing: Value, spec: Value): void {
  if (!isAlike(existing, spec)) {
    throw new EngineError('IndexKeySpecsConflict', 'An existing index has the same name as the requested index. When index names are not ' +
      `specified, they are auto generated and can cause conflicts. Please refer to our documentation. ${both(existing, spec)}`)
  }
  if (!hasSameOptions(existing, spec)) {
    throw new EngineError('IndexOptionsConflict', `An equivalent index already exists with the same name but different options. ${both(existing, spec)}`)
  }
}

function otherName (existing: Value, spec: Value): EngineError {
  return new EngineError('IndexOptionsConflict', hasSameOptions(existing, spec)
    ? `Index already exists with a different name: ${stringOf(findField(existing, 'name')!)}`
    : `An equivalent index already exists with a different name and options. ${both(existing, spec)}`)
}

function both (existing: Value, spec: Value): string {
  return `Requested index: ${describe(spec)}, existing index: ${describe(existing)}`
}

function isAlike (existing: Value, spec: Value): boolean {
  return distinguishing.every((option) => isSame(existing, spec, option))
}

function hasSameOptions (existing: Value, spec: Value): boolean {
  const names = [...fields(existing), ...fields(spec)].map(([name]) => name)
  return names.every((option) => insignificant.has(option) || isSame(existing, spec, option))
}

function isSame (existing: Value, spec: Value, option: string): boolean {
  return equalValues(findField(existing, option), findField(spec, option))
}
