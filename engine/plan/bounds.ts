import { isNaNValue, isNumberType } from '../bson/number.js'
import { arrayElements, BsonType, isArray, valueFrom, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { hasText } from '../collation/text.js'
import type { FilterNode, Test } from '../query/filter.js'
import { readRegex } from '../query/filter/regex.js'
import type { KeyPart } from '../storage/catalog.js'
import { hashedValue } from '../storage/hashed-value.js'
import { bracketBounds, encodeKey, successor } from '../storage/key.js'
import { spend, stepsFor } from '../stretch.js'
import { intersect, normalize, type Interval } from './interval.js'

/** The field of an index, and how strings are compared in it and in the query. */
export interface IndexField extends Pick<KeyPart, 'direction' | 'isHashed'> {
  readonly multikey: boolean
  readonly collation: Collation | undefined
  /** The query's. */
  readonly asked: Collation | undefined
}

/**
 * Where an index field must lie for the tests on its path to hold, or `undefined` if they say nothing. It may be more
 * than is needed, for the filter is checked on each document, but never less.
 */
export function fieldIntervals (tests: readonly Test[], field: IndexField): readonly Interval[] | undefined {
  const narrowing = tests.map((test) => intervalsOf(test, field)).filter((intervals) => intervals !== undefined)
  if (narrowing.length === 0) return undefined
  // On an array each test may hold for another element: only one of them can be asked of one entry.
  return field.multikey ? narrowing.find((intervals) => intervals.every(({ isPoint }) => isPoint)) ?? narrowing[0] : narrowing.reduce(intersect)
}

function intervalsOf ({ operator, operand, element }: Test, field: IndexField): readonly Interval[] | undefined {
  if (operator === '$elemMatch') return element?.on === 'value' ? elementIntervals(element.node, field) : undefined
  // Strings are only found by the collation of the index ("Collation and Index Use" of the manual).
  if (operator !== '$regex' && field.collation !== field.asked && hasText(operand)) return undefined
  if (operator === '$eq') return points([operand], field)
  if (operator === '$in') return points(arrayElements(operand), field)
  // Hashes only tell what is equal.
  return field.isHashed ? undefined : rangesOf(operator, operand, field)
}

/** All tests are on one element, and so on one entry. An array in an array is an entry itself, whose elements are none. */
function elementIntervals (node: FilterNode, field: IndexField): readonly Interval[] | undefined {
  const nodes = node.kind === 'and' ? node.nodes : [node]
  const tests = nodes.flatMap((part) => part.kind === 'path' ? part.tests : []).filter(({ operator }) => operator !== '$elemMatch')
  return fieldIntervals(tests, { ...field, multikey: false })
}

function rangesOf (operator: string, operand: Value, field: IndexField): Interval[] | undefined {
  const isForward = field.direction > 0
  switch (operator) {
    case '$gt': return range(operand, { isForward, isInclusive: false }, field)
    case '$gte': return range(operand, { isForward, isInclusive: true }, field)
    case '$lt': return range(operand, { isForward: !isForward, isInclusive: false }, field)
    case '$lte': return range(operand, { isForward: !isForward, isInclusive: true }, field)
    // Patterns know no collation.
    case '$regex': return field.collation === undefined ? prefixRange(operand, field) : undefined
    default: return undefined
  }
}

/** An array is found by its elements, a regular expression in an `$in` by what it matches: no point stands for either. */
function points (operands: readonly Value[], { direction, isHashed, collation }: IndexField): Interval[] | undefined {
  if (operands.some((operand) => isArray(operand) || operand.type === BsonType.regex)) return undefined
  return normalize(operands.flatMap(withUndefined).map((operand) => {
    spend(stepsFor(operand.end - operand.start))
    const start = isHashed ? encodeKey([hashedValue(operand, collation)], [direction]) : encodeKey([operand], [direction], collation)
    return { start, end: successor(start), isPoint: true }
  }))
}

const UNDEFINED: Value = { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }

/** `null` also matches BSON's old `undefined`, which has a place of its own in the order. */
function withUndefined (operand: Value): Value[] {
  return operand.type === BsonType.null ? [operand, UNDEFINED] : [operand]
}

interface RangeKind {
  /** From the operand towards the end of the index. */
  readonly isForward: boolean
  readonly isInclusive: boolean
}

/** Values are only compared with those of their own place in the order of types; MinKey and MaxKey with all. */
function range (operand: Value, { isForward, isInclusive }: RangeKind, field: IndexField): Interval[] | undefined {
  const { type } = operand
  const { direction } = field
  if (type === BsonType.minKey || type === BsonType.maxKey || isArray(operand)) return undefined
  if (type === BsonType.null) return isInclusive ? points([operand], field) : []
  if (isNaNValue(operand)) return isInclusive ? points([operand], field) : []
  const bracket = isNumberType(type) ? (direction > 0 ? ASCENDING_NUMBERS : DESCENDING_NUMBERS) : bracketBounds(type, direction)
  // By a collation, the keys of strings are in no order.
  if (field.collation !== undefined && hasText(operand)) return [{ ...bracket, isPoint: false }]
  const at = encodeKey([operand], [direction])
  // A forward range leaves its operand out by beginning behind it, a backward one takes it in by ending behind it.
  const bound = isForward === isInclusive ? at : successor(at)
  return [isForward ? { start: bound, end: bracket.end, isPoint: false } : { start: bracket.start, end: bound, isPoint: false }]
}

/** NaN is the lowest number in an index, but in a comparison it is in no order. */
const ASCENDING_NUMBERS = { ...bracketBounds(BsonType.double, 1), start: successor(encodeKey([valueFrom(NaN)], [1])) }
const DESCENDING_NUMBERS = { ...bracketBounds(BsonType.double, -1), end: encodeKey([valueFrom(NaN)], [-1]) }

/** Strings that begin as the pattern demands, if it does; only strings and stored regular expressions match one. */
function prefixRange (operand: Value, { direction }: IndexField): Interval[] | undefined {
  const prefix = literalPrefix(readRegex(operand))
  if (prefix === '') return undefined
  const text = valueFrom(prefix)
  // Without the two zeros that end a string's key, the bytes are the beginning of every longer string's.
  const start = encodeKey([text], [direction]).subarray(0, -2)
  const same = encodeKey([operand], [direction])
  return normalize([
    { start, end: successor(start), isPoint: false },
    { start: same, end: successor(same), isPoint: true }
  ])
}

/** The text that everything matched by `^text…` begins with; empty if that is not plain to see. */
function literalPrefix ({ pattern, options }: { pattern: string, options: string }): string {
  if (options !== '' || pattern.includes('|')) return ''
  const [, literal, next] = /^\^([\w\-/@:,;=~%&!"'<> ]*)(.?)/su.exec(pattern) ?? ['', '', '']
  // What follows a character may take it back: `^ab*` also matches "a".
  return '*?{'.includes(next) && next !== '' ? literal.slice(0, -1) : literal
}
