import { describe } from '../../bson/describe.js'
import { NULL, stringValue } from '../../bson/scalar.js'
import { arrayElements, BsonType, documentValue, fields, findField, isArray, isDocument, stringOf, type Value, buildDocument } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { constant } from '../constant.js'
import { arrayOf, documentOf } from '../construct.js'
import type { Expression, Operand } from '../evaluation.js'
import { readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import { unary, variadic, type Operation, type Operators } from '../operator.js'

export const objectOperators: Operators = {
  $arrayToObject: unary((array) => isNullish(array) ? NULL : documentFrom(array)),
  $getField: parseGetField,
  $mergeObjects: variadic(merge),
  $objectToArray: unary((document) => {
    if (isNullish(document)) return NULL
    if (!isDocument(document)) throw new EngineError(40390, `$objectToArray requires a document input, found: ${typeName(document)}`)
    return arrayOf([...fields(document)].map(([name, value]) => documentValue(buildDocument([['k', stringValue(name)], ['v', value]]))))
  }),
  $setField: parseSetField,
  $unsetField: parseSetField
}

/** The first element says whether they are all `[key, value]` or all `{ k, v }`; the last of equal keys counts. */
function documentFrom (array: Value): Value {
  if (!isArray(array)) throw new EngineError(40386, `$arrayToObject requires an array input, found: ${typeName(array)}`)
  const elements = arrayElements(array)
  const first = elements.at(0)
  if (first !== undefined && !isArray(first) && !isDocument(first)) {
    throw new EngineError(40398, `Unrecognised input type format for $arrayToObject: ${typeName(first)}`)
  }
  return documentOf(new Map(elements.map(isArray(first) ? pairOfArray : pairOfDocument)))
}

function pairOfArray (element: Value): [string, Value] {
  if (!isArray(element)) throw inconsistent(40396, 'Array', element)
  const [key, value, ...more] = arrayElements(element)
  if (value === undefined || more.length > 0) {
    throw new EngineError(40397, `$arrayToObject requires an array of size 2 arrays,found array of size: ${arrayElements(element).length}`)
  }
  if (key.type !== BsonType.string) {
    throw new EngineError(40395, `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${typeName(key)}`)
  }
  return [readKey(key), value]
}

function pairOfDocument (element: Value): [string, Value] {
  if (!isDocument(element)) throw inconsistent(40391, 'Object', element)
  const members = new Map(fields(element))
  if (members.size !== 2) throw new EngineError(40392, `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${members.size}`)
  const [key, value] = [members.get('k'), members.get('v')]
  if (key === undefined || value === undefined) {
    throw new EngineError(40393, `$arrayToObject requires an object with keys 'k' and 'v'. Missing either or both keys from: ${describe(element)}`)
  }
  if (key.type !== BsonType.string) {
    throw new EngineError(40394, `$arrayToObject requires an object with keys 'k' and 'v', where the value of 'k' must be of type string. Found type: ${typeName(key)}`)
  }
  return [readKey(key), value]
}

function inconsistent (code: number, kind: string, element: Value): EngineError {
  return new EngineError(code, '$arrayToObject requires a consistent input format. Elements mustall be arrays or all be objects. ' +
    `${kind} was detected, now found: ${typeName(element)}`)
}

/** A field's name cannot contain the zero byte that ends it. */
function readKey (key: Value): string {
  const name = stringOf(key)
  if (name.includes('\0')) throw new EngineError(4940400, 'Key field cannot contain an embedded null byte')
  return name
}

/** The fields of all documents; a later one takes the place of an earlier one of the same name. */
function merge (operands: readonly Operand[]): Value {
  const merged = new Map<string, Value>()
  for (const operand of operands.flatMap((operand) => operands.length === 1 && isArray(operand) ? arrayElements(operand) : [operand])) {
    if (isNullish(operand)) continue
    if (!isDocument(operand)) throw new EngineError(40400, `$mergeObjects requires object inputs, but input ${describe(operand)} is of type ${typeName(operand)}`)
    for (const [name, value] of fields(operand)) merged.set(name, value)
  }
  return documentOf(merged)
}

function parseGetField ({ operand, parse }: Operation): Expression {
  const isLong = isDocument(operand) && (findField(operand, 'field') !== undefined || findField(operand, 'input') !== undefined)
  const members = isLong ? readMembers(operand, ['field', 'input'], (name) => new EngineError(3041701, `$getField found an unknown argument: ${name}`)) : undefined
  const name = parseName('$getField', members === undefined ? operand : required(members, 'field', 3041702, "$getField requires 'field' to be specified"), parse)
  const input = members && parse(required(members, 'input', 3041703, "$getField requires 'input' to be specified"))
  return {
    isConstant: input?.isConstant ?? false,
    evaluate (context) {
      const document = input === undefined ? context.current : input.evaluate(context)
      if (isDocument(document)) return findField(document, name)
      return document !== undefined && isNullish(document) ? NULL : undefined
    }
  }
}

/** `$unsetField` is a `$setField` to a missing value. */
function parseSetField ({ name: operator, operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(4161100, `${operator} only supports an object as its argument`)
  const isUnset = operator === '$unsetField'
  const names = isUnset ? ['field', 'input'] : ['field', 'input', 'value']
  const members = readMembers(operand, names, (name) => new EngineError(4161101, `${operator} found an unknown argument: ${name}`))
  const name = parseName(operator, required(members, 'field', 4161102, `${operator} requires 'field' to be specified`), parse)
  const input = parse(required(members, 'input', 4161109, `${operator} requires 'input' to be specified`))
  const value = isUnset ? constant(undefined) : parse(required(members, 'value', 4161103, `${operator} requires 'value' to be specified`))
  return {
    isConstant: input.isConstant && value.isConstant,
    evaluate (context) {
      const document = input.evaluate(context)
      if (isNullish(document)) return NULL
      if (!isDocument(document)) throw new EngineError(4161105, `${operator} requires 'input' to evaluate to type Object`)
      return documentOf(new Map<string, Operand>(fields(document)).set(name, value.evaluate(context)))
    }
  }
}

/** The name of the field: a constant, in which dots and dollar signs mean nothing; a dollar sign first needs `$literal`. */
function parseName (operator: string, operand: Value, parse: Operation['parse']): string {
  const expression = parse(operand)
  const name = expression.isConstant ? expression.evaluate(NO_CONTEXT) : undefined
  if (name?.type === BsonType.string) return readKey(name)
  throw new EngineError(operator === '$getField' ? 3041704 : 4161107, `${operator} requires 'field' to evaluate to a constant string, but got ${typeName(name)}`)
}

const NO_CONTEXT = { root: NULL, current: NULL, variables: new Map(), now: new Date(0) }
