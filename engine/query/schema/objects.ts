import { countFields } from '../../bson/field-cursor.js'
import { arrayElements, fields, findField, isArray, isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { spend, stepsFor } from '../../stretch.js'
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

/** The fields of a document by their names; schemas name many fields, which are not to be searched for one by one. */
export type Properties = ReadonlyMap<string, Value>

export function propertiesOf (document: Value): Properties {
  spend(stepsFor(document.end - document.start))
  const properties = new Map<string, Value>()
  for (const [name, value] of fields(document)) {
    // Of fields with one name the first counts, as everywhere.
    if (!properties.has(name)) properties.set(name, value)
  }
  return properties
}

/** Whether a document has a field. A name with dots is a path, here as in all queries. */
export function existence (name: string): (document: Value, properties: Properties) => boolean {
  if (name.includes('.')) return pathMatcher(parsePath(name), 'whole', (value) => value !== undefined)
  return (_document, properties) => {
    spend(1)
    return properties.has(name)
  }
}

interface Property {
  readonly propertyName: string
  readonly schema: Schema
  readonly valueIn: (properties: Properties) => Value | undefined
}

function parseProperties (operand: Value, keyword: string, { parseSchema }: Parsing): Rule {
  checkDocument(keyword, operand)
  const properties = [...fields(operand)].map(([propertyName, schema]): Property => {
    if (!isDocument(schema)) throw new EngineError('TypeMismatch', `Nested schema for $jsonSchema property '${propertyName}' must be an object`)
    return { propertyName, schema: parseSchema(schema), valueIn: valueReader(propertyName) }
  })
  return {
    accepts (value) {
      if (!isDocument(value)) return true
      const found = propertiesOf(value)
      spend(properties.length)
      return properties.every(({ schema, valueIn }) => isKept(schema, valueIn(found)))
    },
    explain (value) {
      const found = propertiesOf(value)
      const propertiesNotSatisfied = properties.flatMap(({ propertyName, schema, valueIn }) => {
        const given = valueIn(found)
        return isKept(schema, given) ? [] : [{ propertyName, ...schema.annotations, details: schema.explain(given!) }]
      })
      return { operatorName: keyword, propertiesNotSatisfied }
    }
  }
}

/** A property that is not there breaks nothing: that is the matter of `required`. */
function isKept (schema: Schema, value: Value | undefined): boolean {
  return value === undefined || schema.accepts(value)
}

/** Follows the steps of a name with dots through documents, but not through arrays. */
function valueReader (name: string): Property['valueIn'] {
  const [first, ...rest] = name.split('.')
  if (rest.length === 0) return (properties) => properties.get(name)
  return (properties) => rest.reduce<Value | undefined>((value, step) => isDocument(value) ? findField(value, step) : undefined, properties.get(first))
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
    accepts (value) {
      if (!isDocument(value)) return true
      const properties = propertiesOf(value)
      return required.every(({ isIn }) => isIn(value, properties))
    },
    explain (value) {
      const properties = propertiesOf(value)
      const missingProperties = required.filter(({ isIn }) => !isIn(value, properties)).map(({ name }) => name)
      return { operatorName: keyword, specifiedAs: { [keyword]: operand }, missingProperties }
    }
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
