import { BsonType, arrayElements, fields, findField, isArray, isDocument, isEmpty, stringOf, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { parseFilter } from './filter.js'
import { mismatchExplainer } from './mismatch/filter.js'
import type { Explanation } from './schema/rule.js'

export const validationLevels = ['off', 'strict', 'moderate'] as const
export const validationActions = ['error', 'warn'] as const

/** What the documents of a collection must be like. */
export interface Validator {
  /** Which writes are checked: with `moderate` not those that change a document which is invalid already. */
  readonly level: typeof validationLevels[number]
  /** What happens to an invalid document. */
  readonly action: typeof validationActions[number]
  /** A document is also invalid when an expression of the validator cannot be evaluated on it. */
  accepts (document: Value): boolean
  explain (document: Value): Explanation
}

/** Conditions that need more than a document to be decided. */
const forbiddenClauses = new Set(['$text', '$where'])

/**
 * The validator in the options of a collection, if there is one.
 * @param collation that of the collection
 * @throws {EngineError} for a filter that cannot be parsed, or be a validator
 */
export function readValidator (options: Value, collation?: Collation): Validator | undefined {
  const filter = findField(options, 'validator')
  if (filter === undefined || isEmpty(filter)) return undefined
  // The time is that of each check.
  const environment = { variables: new Map(), collation, get now () { return new Date() } }
  checkAllowed(filter)
  const { matches } = parseFilter(filter, environment)
  let explain: Validator['explain'] | undefined
  return {
    level: readChoice(options, 'validationLevel', validationLevels) ?? 'strict',
    action: readChoice(options, 'validationAction', validationActions) ?? 'error',
    accepts (document) {
      try {
        return matches(document)
      } catch (error) {
        if (error instanceof EngineError) return false
        throw error
      }
    },
    explain (document) {
      // Most validators are never asked.
      explain ??= mismatchExplainer(filter, environment)
      return explain(document)
    }
  }
}

function checkAllowed (filter: Value): void {
  for (const [name, operand] of fields(filter)) {
    if (forbiddenClauses.has(name)) throw new EngineError('BadValue', `${name} is not allowed in this context`)
    if (name.startsWith('$') && isArray(operand)) arrayElements(operand).filter(isDocument).forEach(checkAllowed)
  }
}

function readChoice<Choice extends string> (options: Value, name: string, choices: readonly Choice[]): Choice | undefined {
  const given = findField(options, name)
  return given?.type === BsonType.string ? choices.find((choice) => choice === stringOf(given)) : undefined
}
