import type { Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Explanation } from '../schema/rule.js'

/**
 * A part of a filter that can say why a document does not match it or, inside of a negation, why it does
 * (`isInverted`), in the words and the order of MongoDB's `errInfo`.
 */
export interface Clause {
  matches (document: Value): boolean
  explain (document: Value, isInverted: boolean): Explanation
}

/** Whether a clause is one of those by which the whole has failed; one that cannot be evaluated is. */
function isToBlame (clause: Clause, document: Value, isInverted: boolean): boolean {
  try {
    return clause.matches(document) === isInverted
  } catch (error) {
    if (error instanceof EngineError) return true
    throw error
  }
}

/** `$and`, `$or` and, with `isNegative`, `$nor`. */
export function listClause (operatorName: string, clauses: readonly Clause[], matches: Clause['matches'], isNegative = false): Clause {
  return {
    matches,
    explain (document, isInverted) {
      const inverted = isInverted !== isNegative
      const listed = clauses.flatMap((clause, index) => isToBlame(clause, document, inverted) ? [{ index, details: clause.explain(document, inverted) }] : [])
      return { operatorName, [inverted ? 'clausesSatisfied' : 'clausesNotSatisfied']: listed }
    }
  }
}

/** All of several clauses; one alone stands for itself. */
export function allOf (clauses: readonly Clause[]): Clause {
  return clauses.length === 1 ? clauses[0] : listClause('$and', clauses, (document) => clauses.every((clause) => clause.matches(document)))
}

export function notClause (clause: Clause): Clause {
  return {
    matches: (document) => !clause.matches(document),
    explain: (document, isInverted) => ({ operatorName: '$not', details: clause.explain(document, !isInverted) })
  }
}

/** A clause that knows nothing but its two reasons. */
export function plainClause (members: Explanation, matches: Clause['matches'], failed: string, succeeded: string): Clause {
  return { matches, explain: (_document, isInverted) => ({ ...members, reason: isInverted ? succeeded : failed }) }
}
