import { arrayOperators } from './array.js'
import { bitOperators } from './bits.js'
import { comparisonOperators } from './comparison.js'
import { elementOperators } from './element.js'
import { expressionClauses } from './expression.js'
import { logicalClauses } from './logical.js'
import { membershipOperators } from './membership.js'
import { modOperators } from './mod.js'
import { negationOperators } from './negation.js'
import type { ParseClause, ParseOperator } from './operator.js'
import { regexOperators } from './regex.js'
import { schemaClauses } from './schema.js'
import { textClauses } from './text.js'
import { unsupportedClauses, unsupportedOperators } from './unsupported.js'

/** The operators that stand on a path, as in `{ a: { $gt: 5 } }`, by the families of MongoDB's manual. */
export const operators: ReadonlyMap<string, ParseOperator> = new Map(Object.entries({
  ...comparisonOperators,
  ...membershipOperators,
  ...elementOperators,
  ...modOperators,
  ...regexOperators,
  ...arrayOperators,
  ...bitOperators,
  ...negationOperators,
  ...unsupportedOperators
}))

/** The operators that stand in the place of a field, as in `{ $or: [...] }`. */
export const clauses: ReadonlyMap<string, ParseClause> = new Map(Object.entries({
  ...expressionClauses,
  ...logicalClauses,
  ...schemaClauses,
  ...textClauses,
  ...unsupportedClauses
}))
