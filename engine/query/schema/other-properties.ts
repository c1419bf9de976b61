import { BsonType, boolOf, fields, isDocument, type Value } from '../../bson/value.js'
import { spend } from '../../stretch.js'
import { Pattern } from '../regex/pattern.js'
import { checkDocument, wrongOperand } from './operands.js'
import type { Keywords, ParseKeyword, Parsing, Rule, Schema } from './rule.js'

/** `additionalProperties` and `patternProperties`: the fields that `properties` does not name, or not alone. */
export const otherPropertyKeywords: Readonly<Record<string, ParseKeyword>> = {
  additionalProperties: parseAdditional,
  patternProperties: parsePatterns
}

type IsOne = (name: string) => boolean

function parseAdditional (operand: Value, keyword: string, { keywords, parseSchema }: Parsing): Rule | undefined {
  if (operand.type !== BsonType.bool && !isDocument(operand)) throw wrongOperand(keyword, 'must be an object or a boolean')
  const isAdditional = additional(keywords)
  if (isDocument(operand)) return allMatch(isAdditional, parseSchema(operand), keyword)
  return boolOf(operand) ? undefined : noneAllowed(isAdditional, keyword, operand)
}

/** An additional field is one that has no schema by its name, nor by a pattern. */
function additional (keywords: Keywords): IsOne {
  const named = new Set(namesOf(keywords.get('properties')))
  const patterns = namesOf(keywords.get('patternProperties')).map((pattern) => new Pattern(pattern))
  return (name) => !named.has(name) && !patterns.some((pattern) => pattern.test(name))
}

function namesOf (operand: Value | undefined): string[] {
  return isDocument(operand) ? [...fields(operand)].map(([name]) => name) : []
}

function noneAllowed (isAdditional: IsOne, keyword: string, operand: Value): Rule {
  return {
    accepts: (value) => !isDocument(value) || !namesOf(value).some(isAdditional),
    explain: (value) => ({ operatorName: keyword, specifiedAs: { [keyword]: operand }, additionalProperties: namesOf(value).filter(isAdditional) })
  }
}

function allMatch (isAdditional: IsOne, schema: Schema, keyword: string): Rule {
  return {
    accepts: (value) => !isDocument(value) || firstRefused(value, isAdditional, schema) === undefined,
    explain (value) {
      const [failingProperty, refused] = firstRefused(value, isAdditional, schema)!
      const reason = 'at least one additional property did not match the subschema'
      return { operatorName: keyword, ...schema.annotations, reason, failingProperty, details: schema.explain(refused) }
    }
  }
}

function parsePatterns (operand: Value, keyword: string, { parseSchema }: Parsing): Rule {
  checkDocument(keyword, operand)
  const patterns = [...fields(operand)].map(([regexMatched, schema]) => {
    if (!isDocument(schema)) throw wrongOperand(keyword, `has property '${regexMatched}' which is not an object`)
    const expression = new Pattern(regexMatched)
    return { regexMatched, schema: parseSchema(schema), isMeant: (name: string) => expression.test(name) }
  })
  return {
    accepts: (value) => !isDocument(value) || patterns.every(({ isMeant, schema }) => firstRefused(value, isMeant, schema) === undefined),
    explain: (value) => ({
      operatorName: keyword,
      details: patterns.flatMap(({ regexMatched, isMeant, schema }) => {
        const [propertyName, refused] = firstRefused(value, isMeant, schema) ?? []
        return refused === undefined ? [] : [{ propertyName, ...schema.annotations, regexMatched, details: schema.explain(refused) }]
      })
    })
  }
}

/** The first field among those that are meant which the schema does not accept. */
function firstRefused (document: Value, isMeant: IsOne, schema: Schema): [name: string, value: Value] | undefined {
  for (const [name, value] of fields(document)) {
    spend(1)
    if (isMeant(name) && !schema.accepts(value)) return [name, value]
  }
  return undefined
}
