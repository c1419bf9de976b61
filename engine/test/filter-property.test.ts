import type { Document } from 'bson'
import fc from './random.js'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { documentValue, encode } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'

/** A slow and plain reading of the manual on decoded documents, for a small part of the language. */

type Holds = (value: unknown, operand: unknown) => boolean

const operators: Record<string, Holds> = {
  $eq: (value, operand) => (value === undefined && operand === null) || isDeepStrictEqual(value, operand),
  $gt: (value, operand) => comparable(value, operand) && Number(value) > Number(operand),
  $lte: (value, operand) => operators.$eq(value, operand) || (comparable(value, operand) && Number(value) < Number(operand)),
  $in: (value, operand) => Array.isArray(operand) && operand.some((listed) => operators.$eq(value, listed))
}

function comparable (value: unknown, operand: unknown): boolean {
  return typeof value === 'number' && typeof operand === 'number'
}

/** All that a path leads to; `undefined` stands for a place where there is nothing. */
function reach (value: unknown, [part, ...rest]: string[]): unknown[] {
  if (part === undefined) return Array.isArray(value) ? [...value, value] : [value]
  if (Array.isArray(value)) return value.flatMap((element, index) => reachElement(element, String(index), [part, ...rest]))
  return isObject(value) && part in value ? reach(value[part], rest) : [undefined]
}

function reachElement (element: unknown, index: string, [part, ...rest]: string[]): unknown[] {
  const asDocument = isObject(element) ? reach(element, [part, ...rest]) : []
  if (index !== part) return asDocument
  if (rest.length === 0) return [...asDocument, element]
  return isObject(element) || Array.isArray(element) ? [...asDocument, ...reach(element, rest)] : asDocument
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function evaluate (document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([name, operand]) => {
    if (name === '$and') return operand.every((child: Document) => evaluate(document, child))
    if (name === '$or') return operand.some((child: Document) => evaluate(document, child))
    if (name === '$nor') return !operand.some((child: Document) => evaluate(document, child))
    return Object.entries(operand).every(([operator, argument]) => evaluateOperator(document, name, operator, argument))
  })
}

function evaluateOperator (document: Document, path: string, operator: string, operand: unknown): boolean {
  if (operator === '$ne') return !evaluateOperator(document, path, '$eq', operand)
  if (operator === '$nin') return !evaluateOperator(document, path, '$in', operand)
  if (operator === '$not') return !evaluate(document, { [path]: operand })
  const values = reach(document, path.split('.'))
  if (operator === '$exists') return values.some((value) => value !== undefined) === operand
  return values.some((value) => operators[operator](value, operand))
}

const names = fc.constantFrom('a', 'b', '0', '1')
const scalar = fc.constantFrom<unknown>(0, 1, 2, null, 'x')
const { value } = fc.letrec<{ value: unknown, array: unknown[], object: Document }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, { weight: 2, arbitrary: scalar }, tie('array'), tie('object')),
  array: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(names, tie('value'), { maxKeys: 2, noNullPrototype: true })
}))
const documents = fc.dictionary(fc.constantFrom('a', 'b'), value, { maxKeys: 2, noNullPrototype: true })

const condition = fc.oneof(
  fc.tuple(fc.constantFrom('$eq', '$ne', '$gt', '$lte'), scalar),
  fc.tuple(fc.constantFrom('$eq', '$ne'), value.filter((operand) => !isObject(operand) || Object.keys(operand).length < 2)),
  fc.tuple(fc.constantFrom('$in', '$nin'), fc.array(scalar, { maxLength: 3 })),
  fc.tuple(fc.constant('$exists'), fc.boolean()),
  fc.tuple(fc.constant('$not'), fc.tuple(fc.constantFrom('$eq', '$gt'), scalar).map((entry) => Object.fromEntries([entry])))
).map((entry) => Object.fromEntries([entry]))
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => ['a', ...parts.slice(1)].join('.'))
const field = fc.tuple(paths, condition).map((entry) => Object.fromEntries([entry]))
const filters = fc.oneof(
  { weight: 3, arbitrary: field },
  fc.tuple(fc.constantFrom('$and', '$or', '$nor'), fc.array(field, { minLength: 1, maxLength: 3 })).map((entry) => Object.fromEntries([entry]))
)

t.test('matching raw bytes is the same as evaluating decoded documents', async () => {
  fc.assert(fc.property(documents, filters, (document, filter) => {
    return parseFilter(documentValue(encode(filter))).matches(documentValue(encode(document))) === evaluate(document, filter)
  }), { numRuns: 5000 })
})
