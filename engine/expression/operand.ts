import { compareValues } from '../bson/order.js'
import type { Collation } from '../collation/collation.js'
import { isTruthy } from '../bson/number.js'
import { BsonType, typeNames, type Value } from '../bson/value.js'
import type { Operand } from './evaluation.js'

/** Missing, null or undefined: what most operators answer with null. */
export function isNullish (operand: Operand): operand is undefined | Value & { readonly type: typeof BsonType.null } {
  return operand === undefined || operand.type === BsonType.null || operand.type === BsonType.undefined
}

export function isTrue (operand: Operand): boolean {
  return operand !== undefined && isTruthy(operand)
}

/** The name of a type as `$type` and the error messages have it. */
export function typeName (operand: Operand): string {
  return operand === undefined ? 'missing' : typeNames[operand.type]
}

/** The order of values in expressions: other than in a sort, a missing value comes before null. */
export function compareOperands (a: Operand, b: Operand, collation?: Collation): number {
  if (a !== undefined && b !== undefined) return compareValues(a, b, collation)
  if (a === b) return 0
  const minKeyFirst = (a ?? b)?.type === BsonType.minKey ? -1 : 1
  return a === undefined ? -minKeyFirst : minKeyFirst
}
