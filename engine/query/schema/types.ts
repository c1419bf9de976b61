import { arrayElements, BsonType, isArray, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { typesNamed } from '../filter/type-set.js'
import { badOperand, readNames, wrongOperand } from './operands.js'
import type { ParseKeyword, Rule } from './rule.js'

/** `bsonType` with the names of MongoDB's types, and `type` with those of JSON's. */
export const typeKeywords: Readonly<Record<string, ParseKeyword>> = {
  type: (operand, keyword) => parseType(operand, keyword, jsonTypesNamed),
  bsonType: (operand, keyword) => parseType(operand, keyword, typesNamed)
}

const { array, bool, decimal128, document, double, int32, int64, null: nothing, string } = BsonType

const jsonTypes: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ['array', [array]],
  ['boolean', [bool]],
  ['null', [nothing]],
  ['number', [double, int32, int64, decimal128]],
  ['object', [document]],
  ['string', [string]]
])

function jsonTypesNamed (alias: string): readonly number[] {
  const types = jsonTypes.get(alias)
  if (types === undefined) throw new EngineError('BadValue', `Unknown type name alias: ${alias}`)
  return types
}

function parseType (operand: Value, keyword: string, typesOf: (alias: string) => readonly number[]): Rule {
  const types = new Set(readAliases(operand, keyword).flatMap(typesOf))
  const members = { operatorName: keyword, specifiedAs: { [keyword]: operand }, reason: 'type did not match' }
  return {
    accepts: ({ type }) => types.has(type),
    explain: (consideredValue) => ({ ...members, consideredValue, consideredType: typeNames[consideredValue.type] })
  }
}

function readAliases (operand: Value, keyword: string): string[] {
  const aliases = operand.type === BsonType.string ? [stringOf(operand)] : readList(operand, keyword)
  if (aliases.length === 0) throw badOperand(keyword, 'must name at least one type')
  // JSON Schema's "integer" is 1.0 as well, which is no type of MongoDB's.
  if (aliases.includes('integer')) throw new EngineError('FailedToParse', "$jsonSchema type 'integer' is not currently supported.")
  return aliases
}

function readList (operand: Value, keyword: string): string[] {
  if (!isArray(operand)) throw wrongOperand(keyword, 'must be either a string or an array of strings')
  return readNames(arrayElements(operand), {
    type: () => wrongOperand(keyword, 'array elements must be strings'),
    duplicate: (name) => badOperand(keyword, `has duplicate value: ${name}`)
  })
}
