import { countFields } from '../../bson/field-cursor.js'
import { arrayElements, fields, findField, isArray, isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parsePath, pathMatcher } from '../path.js'
import { badOperand, checkDocument, readCount, readNames, wrongOperand } from './operands.js'
import type { ParseKeyword, Parsing, Rule, Schema } from './rule.js'

/** `properties`, `required`, `minProperties` and `maxProperties`. */
export const objectKeywords: Readonly<Record<string, ParseKeyword>> = {
  properties: parseProperties,
  required: parseRequired,
  minProperties: (operand, keyword) => parseSize(operand, keyword, (size, limit) => size >= limit),
  maxProperties: (operand, keyword) => parseSize(operand, keyword, (size, limit) => size <= limit)
}

/** Whether a document has a field. A name with dots is a path, here as in all queries. */
export function existence (name: string): (document: Value) => boolean {
  return pathMatcher(parsePath(name), 'whole', (value) => value !== undefined)
}

interface Property {
  readonly propertyName: string
  readonly schema: Schema
  readonly valueIn: (document: Value) => Value | undefined
}

function parseProperties (operand: Value, keyword: string, { parseSchema }: Parsing): Rule {
  checkDocument(keyword, operand)
  const properties = [...fields(operand)].map(([propertyName, schema]): Property => {
    if (!isDocument(schema)) throw new EngineError('TypeMismatch', `Nested schema for $jsonSchema property '${propertyName}' must be an object`)
    return { propertyName, schema: parseSchema(schema), valueIn: valueReader(propertyName) }
  })
  return {
    accepts: (value) => !isDocument(value) || properties.every((property) => !isBroken(property, value)),
    explain: (value) => ({
      operatorName: keyword,
      propertiesNotSatisfied: properties.filter((property) => isBroken(property, value)).map(({ propertyName, schema, valueIn }) =>
        ({ propertyName, ...schema.annotations, details: schema.explain(valueIn(value)!) }))
    })
  }
}

/** A property that is not there breaks nothing: that is the matter of `required`. */
function isBroken ({ schema, valueIn }: Property, document: Value): boolean {
  const value = valueIn(document)
  return value !== undefined && !schema.accepts(value)
}

/** Follows the steps of a name with dots through documents, but not through arrays. */
function valueReader (name: string): Property['valueIn'] {
  const steps = name.split('.')
  if (steps.length === 1) return (document) => findField(document, name)
  return (document) => steps.reduce<Value | undefined>((value, step) => isDocument(value) ? findField(value, step) : undefined, document)
}

function parseRequired (operand: Value, keyword: string): Rule {
  if (!isArray(operand)) throw wrongOperand(keyword, `must be an array, but found an element of type ${typeNames[operand.type]}`)
  const names = readNames(arrayElements(operand), {
    type: (found) => wrongOperand(keyword, `must be an array of strings, but found an element of type: ${found}`),
    duplicate: () => badOperand(keyword, 'array cannot contain duplicate values')
  })
  if (names.length === 0) throw badOperand(keyword, 'cannot be an empty array')
  const required = names.sort().map((name) => ({ name, isIn: existence(name) }))
  return {
    accepts: (value) => !isDocument(value) || required.every(({ isIn }) => isIn(value)),
    explain: (value) => ({
      operatorName: keyword,
      specifiedAs: { [keyword]: operand },
      missingProperties: required.filter(({ isIn }) => !isIn(value)).map(({ name }) => name)
    })
  }
}

function parseSize (operand: Value, keyword: string, isWithin: (size: number, limit: number) => boolean): Rule {
  const limit = readCount(keyword, operand)
  const members = { operatorName: keyword, specifiedAs: { [keyword]: operand }, reason: 'specified number of properties was not satisfied' }
  return {
    accepts: (value) => !isDocument(value) || isWithin(countFields(value), limit),
    explain: (value) => ({ ...members, numberOfProperties: countFields(value) })
  }
}
