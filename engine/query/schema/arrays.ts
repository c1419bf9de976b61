import { countFields, FieldCursor } from '../../bson/field-cursor.js'
import { arrayElements, BsonType, boolOf, isArray, isDocument, typeNames, type Value } from '../../bson/value.js'
import { readCount, wrongOperand } from './operands.js'
import type { ParseKeyword, Parsing, Rule, Schema } from './rule.js'
import { firstDuplicate } from './unordered.js'

/** `minItems`, `maxItems`, `uniqueItems`, `items` and `additionalItems`. */
export const arrayKeywords: Readonly<Record<string, ParseKeyword>> = {
  minItems: (operand, keyword) => parseSize(operand, keyword, (size, limit) => size >= limit),
  maxItems: (operand, keyword) => parseSize(operand, keyword, (size, limit) => size <= limit),
  uniqueItems: parseUniqueItems,
  items: (operand, keyword, parsing) => isArray(operand)
    ? itemByItem(arrayElements(operand).map((schema) => parseItem(keyword, schema, parsing)), keyword)
    : parseItems(operand, keyword, parsing),
  additionalItems: parseAdditionalItems
}

function parseSize (operand: Value, keyword: string, isWithin: (size: number, limit: number) => boolean): Rule {
  const limit = readCount(keyword, operand)
  const members = { operatorName: keyword, specifiedAs: { [keyword]: operand }, reason: 'array did not match specified length' }
  return {
    accepts: (value) => !isArray(value) || isWithin(countFields(value), limit),
    explain: (consideredValue) => ({ ...members, consideredValue, numberOfItems: countFields(consideredValue) })
  }
}

function parseUniqueItems (operand: Value, keyword: string): Rule | undefined {
  if (operand.type !== BsonType.bool) throw wrongOperand(keyword, 'must be a boolean')
  if (!boolOf(operand)) return undefined
  const members = { operatorName: keyword, specifiedAs: { [keyword]: operand }, reason: 'found a duplicate item' }
  return {
    accepts: (value) => !isArray(value) || firstDuplicate(arrayElements(value)) === undefined,
    explain: (consideredValue) => ({ ...members, consideredValue, duplicatedValue: firstDuplicate(arrayElements(consideredValue)) })
  }
}

/** One schema for all items. */
function parseItems (operand: Value, keyword: string, { parseSchema }: Parsing): Rule {
  if (!isDocument(operand)) throw wrongOperand(keyword, `must be an array or an object, not ${typeNames[operand.type]}`)
  return allFrom(0, parseSchema(operand), keyword, 'At least one item did not match the sub-schema')
}

function parseItem (keyword: string, schema: Value, { parseSchema }: Parsing): Schema {
  if (isDocument(schema)) return parseSchema(schema)
  throw wrongOperand(keyword, `requires that each element of the array is an object, but found a ${typeNames[schema.type]}`)
}

/** A schema for each of the first items. */
function itemByItem (schemas: readonly Schema[], keyword: string): Rule {
  const firstItems = (array: Value): Value[] => arrayElements(array).slice(0, schemas.length)
  return {
    accepts: (value) => !isArray(value) || firstItems(value).every((item, at) => schemas[at].accepts(item)),
    explain: (value) => ({
      operatorName: keyword,
      details: firstItems(value).flatMap((item, itemIndex) => schemas[itemIndex].accepts(item) ? [] : [{ itemIndex, details: schemas[itemIndex].explain(item) }])
    })
  }
}

/** Is about the items that have no schema of their own; without such schemas there are none. */
function parseAdditionalItems (operand: Value, keyword: string, { keywords, parseSchema }: Parsing): Rule | undefined {
  if (operand.type !== BsonType.bool && !isDocument(operand)) {
    throw wrongOperand(keyword, `must be either an object or a boolean, but got a ${typeNames[operand.type]}`)
  }
  const schema = isDocument(operand) ? parseSchema(operand) : undefined
  const items = keywords.get('items')
  if (!isArray(items)) return undefined
  const start = countFields(items)
  if (schema !== undefined) return allFrom(start, schema, keyword, 'At least one additional item did not match the sub-schema')
  return boolOf(operand) ? undefined : noneFrom(start, keyword, operand)
}

function noneFrom (start: number, keyword: string, operand: Value): Rule {
  return {
    accepts: (value) => !isArray(value) || countFields(value) <= start,
    explain: (value) => ({
      operatorName: keyword,
      specifiedAs: { [keyword]: operand },
      reason: 'found additional items',
      additionalItems: arrayElements(value).slice(start)
    })
  }
}

function allFrom (start: number, schema: Schema, keyword: string, reason: string): Rule {
  return {
    accepts: (value) => !isArray(value) || firstRefused(value, start, schema) === undefined,
    explain (value) {
      const { item, itemIndex } = firstRefused(value, start, schema)!
      return { operatorName: keyword, ...schema.annotations, reason, itemIndex, details: schema.explain(item) }
    }
  }
}

function firstRefused (array: Value, start: number, schema: Schema): { item: Value, itemIndex: number } | undefined {
  const items = new FieldCursor(array)
  for (let itemIndex = 0; items.next(); itemIndex++) {
    if (itemIndex >= start && !schema.accepts(items.value)) return { item: items.value, itemIndex }
  }
  return undefined
}
