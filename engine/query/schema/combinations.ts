import { arrayElements, isArray, isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { badOperand, wrongOperand } from './operands.js'
import { simpleRule, type Explanation, type ParseKeyword, type Parsing, type Rule, type Schema } from './rule.js'
import { firstDuplicate, UnorderedSet } from './unordered.js'

/** `allOf`, `anyOf`, `oneOf`, `not` and `enum`: about values of all types. */
export const combinationKeywords: Readonly<Record<string, ParseKeyword>> = {
  allOf: (operand, keyword, parsing) => allOf(parseList(operand, keyword, parsing), keyword),
  anyOf: (operand, keyword, parsing) => anyOf(parseList(operand, keyword, parsing), keyword),
  oneOf: (operand, keyword, parsing) => oneOf(parseList(operand, keyword, parsing), keyword),
  not: parseNot,
  enum: parseEnum
}

function parseList (operand: Value, keyword: string, { parseSchema }: Parsing): Schema[] {
  if (!isArray(operand)) throw wrongOperand(keyword, 'must be an array')
  const schemas = arrayElements(operand)
  if (schemas.length === 0) throw new EngineError('BadValue', `$jsonSchema keyword '${keyword}' must be a non-empty array`)
  return schemas.map((schema) => {
    if (!isDocument(schema)) throw wrongOperand(keyword, `must be an array of objects, but found an element of type ${typeNames[schema.type]}`)
    return parseSchema(schema)
  })
}

function allOf (schemas: readonly Schema[], keyword: string): Rule {
  return {
    accepts: (value) => schemas.every((schema) => schema.accepts(value)),
    explain: (value) => notSatisfied(keyword, schemas, value)
  }
}

function anyOf (schemas: readonly Schema[], keyword: string): Rule {
  return {
    accepts: (value) => schemas.some((schema) => schema.accepts(value)),
    explain: (value) => notSatisfied(keyword, schemas, value)
  }
}

function oneOf (schemas: readonly Schema[], keyword: string): Rule {
  const matching = (value: Value): number[] => [...schemas.keys()].filter((at) => schemas[at].accepts(value))
  return {
    accepts: (value) => matching(value).length === 1,
    explain (value) {
      const matchingSchemaIndexes = matching(value)
      if (matchingSchemaIndexes.length === 0) return notSatisfied(keyword, schemas, value)
      return { operatorName: keyword, reason: 'more than one subschema matched', matchingSchemaIndexes }
    }
  }
}

function notSatisfied (keyword: string, schemas: readonly Schema[], value: Value): Explanation {
  const schemasNotSatisfied = schemas.flatMap((schema, index) =>
    schema.accepts(value) ? [] : [{ index, ...schema.annotations, details: schema.explain(value) }])
  return { operatorName: keyword, schemasNotSatisfied }
}

function parseNot (operand: Value, keyword: string, { parseSchema }: Parsing): Rule {
  if (!isDocument(operand)) throw wrongOperand(keyword, `must be an object, but found an element of type ${typeNames[operand.type]}`)
  const schema = parseSchema(operand)
  return {
    accepts: (value) => !schema.accepts(value),
    explain: () => ({ operatorName: keyword, reason: 'child expression matched' })
  }
}

function parseEnum (operand: Value, keyword: string): Rule {
  if (!isArray(operand)) throw wrongOperand(keyword, `must be an array, but found an element of type ${typeNames[operand.type]}`)
  const values = arrayElements(operand)
  if (values.length === 0) throw badOperand(keyword, 'cannot be an empty array')
  if (firstDuplicate(values) !== undefined) throw badOperand(keyword, 'array cannot contain duplicate values.')
  const allowed = new UnorderedSet(values)
  return simpleRule(keyword, { [keyword]: operand }, 'value was not found in enum', (value) => allowed.has(value))
}
