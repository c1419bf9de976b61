import { BsonType, fields, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { spend } from '../../stretch.js'
import { annotationsOf } from './annotations.js'
import { arrayKeywords } from './arrays.js'
import { combinationKeywords } from './combinations.js'
import { dependencyKeywords } from './dependencies.js'
import { numberKeywords } from './numbers.js'
import { objectKeywords } from './objects.js'
import { badOperand, wrongOperand } from './operands.js'
import { otherPropertyKeywords } from './other-properties.js'
import type { Keywords, ParseKeyword, Rule, Schema } from './rule.js'
import { stringKeywords } from './strings.js'
import { typeKeywords } from './types.js'

/** The keywords of MongoDB's dialect of draft 4, in the order in which MongoDB reports those that are broken. */
const keywordTable: ReadonlyMap<string, { readonly parse: ParseKeyword, readonly place: number }> = inOrder([
  'pattern', 'maxLength', 'minLength', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum',
  'minItems', 'maxItems', 'uniqueItems', 'items', 'additionalItems',
  'properties', 'additionalProperties', 'patternProperties', 'required', 'minProperties', 'maxProperties', 'dependencies',
  'allOf', 'anyOf', 'oneOf', 'not', 'enum', 'type', 'bsonType'
], {
  ...stringKeywords, ...numberKeywords, ...arrayKeywords, ...objectKeywords, ...otherPropertyKeywords, ...dependencyKeywords, ...combinationKeywords, ...typeKeywords
})

const annotationKeywords = new Set(['title', 'description'])

/** What draft 4 has and MongoDB has not ("$jsonSchema", "Omissions", in the manual). */
const omittedKeywords = new Set(['$ref', '$schema', 'default', 'definitions', 'format', 'id'])

/** Only for client-side field level encryption. */
const encryptionKeywords = new Set(['encrypt', 'encryptMetadata'])

/**
 * Compiles a schema to functions on BSON as it is stored. Schemas are documents, which limits how deep they are.
 * @throws {EngineError} FailedToParse, TypeMismatch or BadValue, as MongoDB does; NotImplemented for encryption
 */
export function parseSchema (schema: Value): Schema {
  const keywords = readKeywords(schema)
  if (keywords.has('type') && keywords.has('bsonType')) {
    throw new EngineError('FailedToParse', "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'")
  }
  const rules = [...keywords].sort(byTable).flatMap(([keyword, operand]): Rule[] => {
    const rule = keywordTable.get(keyword)?.parse(operand, keyword, { keywords, parseSchema })
    return rule === undefined ? [] : [rule]
  })
  return {
    annotations: annotationsOf(schema),
    accepts (value) {
      spend(1)
      return rules.every((rule) => rule.accepts(value))
    },
    explain: (value) => rules.filter((rule) => !rule.accepts(value)).map((rule) => rule.explain(value))
  }
}

function readKeywords (schema: Value): Keywords {
  const keywords = new Map<string, Value>()
  for (const [name, value] of fields(schema)) {
    checkKeyword(name, value)
    if (keywords.has(name)) throw new EngineError('FailedToParse', `Duplicate $jsonSchema keyword: ${name}`)
    keywords.set(name, value)
  }
  return keywords
}

function checkKeyword (name: string, value: Value): void {
  if (annotationKeywords.has(name)) {
    if (value.type !== BsonType.string) throw wrongOperand(name, 'must be of type string')
  } else if (omittedKeywords.has(name)) {
    throw badOperand(name, 'is not currently supported')
  } else if (encryptionKeywords.has(name)) {
    throw notImplemented(`$jsonSchema keyword '${name}' is`)
  } else if (!keywordTable.has(name)) {
    throw new EngineError('FailedToParse', `Unknown $jsonSchema keyword: ${name}`)
  }
}

function inOrder (names: readonly string[], keywords: Readonly<Record<string, ParseKeyword>>): Map<string, { parse: ParseKeyword, place: number }> {
  return new Map(names.map((name, place) => [name, { parse: keywords[name], place }]))
}

function byTable ([one]: [string, Value], [other]: [string, Value]): number {
  return placeOf(one) - placeOf(other)
}

/** Titles and descriptions have no place, and need none. */
function placeOf (keyword: string): number {
  return keywordTable.get(keyword)?.place ?? -1
}
