import { isTruthy } from '../../bson/number.js'
import { BsonType, type Value } from '../../bson/value.js'
import type { Explanation } from '../schema/rule.js'
import type { Clause } from './clause.js'
import { considered, namesOfTypes, typeMembers, valueMembers, type Considered } from './considered.js'

/** What is said of an operator on a path. */
interface Wording {
  readonly failed: string
  readonly succeeded: string
  /** The only types that the operator can match. */
  readonly types?: readonly number[]
  /** Whether it looks at arrays and not at their elements. */
  readonly countsWhole?: boolean
  /** Whether it is the opposite of an operator whose reasons these are. */
  readonly isNegative?: boolean
}

const { array, binary, decimal128, double, int32, int64, regex, string, symbol } = BsonType
const NUMBERS = [decimal128, double, int32, int64]

const comparison: Wording = { failed: 'comparison failed', succeeded: 'comparison succeeded' }
const membership: Wording = { failed: 'no matching value found in array', succeeded: 'matching value found in array' }
const bits: Wording = { failed: 'bitwise operator failed to match', succeeded: 'bitwise operator matched successfully', types: [...NUMBERS, binary] }

const wordings: Readonly<Record<string, Wording>> = {
  $eq: comparison,
  $ne: { ...comparison, isNegative: true },
  $gt: comparison,
  $gte: comparison,
  $lt: comparison,
  $lte: comparison,
  $in: membership,
  $nin: { ...membership, isNegative: true },
  $type: { failed: 'type did not match', succeeded: 'type did match' },
  $mod: { failed: '$mod did not evaluate to expected remainder', succeeded: '$mod did evaluate to expected remainder', types: NUMBERS },
  $regex: { failed: 'regular expression did not match', succeeded: 'regular expression did match', types: [regex, string, symbol] },
  $all: { failed: 'array did not contain all specified values', succeeded: 'array did contain all specified values', countsWhole: true },
  $elemMatch: { failed: 'array did not satisfy the child predicate', succeeded: 'array did satisfy the child predicate', types: [array], countsWhole: true },
  $size: { failed: 'array length was not equal to given size', succeeded: 'array length was equal to given size', types: [array], countsWhole: true },
  $bitsAllClear: bits,
  $bitsAllSet: bits,
  $bitsAnyClear: bits,
  $bitsAnySet: bits
}

/**
 * The clause of one operator on a path.
 * @param specifiedAs the operator as it stands in the filter
 */
export function operatorClause (operatorName: string, path: string, specifiedAs: Value, matches: Clause['matches']): Clause {
  const members = { operatorName, specifiedAs }
  const wording = wordings[operatorName]
  return {
    matches,
    explain (document, isInverted) {
      const found = considered(document, path, wording.countsWhole ?? false)
      if (found === undefined) return { ...members, reason: 'field was missing' }
      const reason = isInverted !== (wording.isNegative ?? false) ? wording.succeeded : wording.failed
      if (operatorName === '$type') return { ...members, reason, ...valueMembers(found), ...typeMembers(found) }
      return { ...members, ...(typeMismatch(found, wording) ?? { reason }), ...valueMembers(found) }
    }
  }
}

function typeMismatch (found: Considered, { types }: Wording): Explanation | undefined {
  if (types === undefined || found.values.some(({ type }) => types.includes(type))) return undefined
  return { reason: 'type did not match', ...typeMembers(found), ...namesOfTypes('expected', types) }
}

/** `$exists` is about no value. */
export function existsClause (operand: Value, specifiedAs: Value, matches: Clause['matches']): Clause {
  const isNegative = !isTruthy(operand)
  return {
    matches,
    explain: (_document, isInverted) => ({
      operatorName: '$exists',
      specifiedAs,
      reason: isInverted === isNegative ? 'path does not exist' : 'path does exist'
    })
  }
}
