import { boolOf, BsonType, fields, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { languageNamed, type Language } from '../../text/language.js'
import type { FilterNode } from './node.js'
import type { ParseClause } from './operator.js'

/** `$text`: what it means depends on the text index of the collection, which is not known yet (plan/text-plan.ts). */
export const textClauses: Readonly<Record<string, ParseClause>> = {
  $text (_name, operand, { environment }): FilterNode {
    if (environment === undefined) throw new EngineError('BadValue', '$text is not allowed in this context')
    if (!isDocument(operand)) throw new EngineError('BadValue', '$text expects an object')
    const members = new Map(fields(operand))
    const unknown = [...members.keys()].find((name) => !known.has(name))
    if (unknown !== undefined) throw new EngineError('BadValue', `extra fields in $text: ${unknown}`)
    return {
      kind: 'text',
      text: {
        search: readSearch(members.get('$search')),
        language: readLanguage(members.get('$language')),
        caseSensitive: readFlag('$caseSensitive', members.get('$caseSensitive')),
        diacriticSensitive: readFlag('$diacriticSensitive', members.get('$diacriticSensitive'))
      }
    }
  }
}

const known: ReadonlySet<string> = new Set(['$search', '$language', '$caseSensitive', '$diacriticSensitive'])

/** Each term is a place in the index to be looked at, and each phrase is looked for in every document that is found. */
const MAX_SEARCH_LENGTH = 10_000

function readSearch (value: Value | undefined): string {
  if (value === undefined) throw new EngineError('NoSuchKey', 'Missing expected field "$search"')
  const search = readText('$search', value)
  if (search.length > MAX_SEARCH_LENGTH) throw new EngineError('BadValue', `a $search may have ${MAX_SEARCH_LENGTH} characters, and this one has ${search.length}`)
  return search
}

function readText (name: string, value: Value): string {
  if (value.type !== BsonType.string) throw wrongType(name, 'string', value)
  return stringOf(value)
}

function readLanguage (value: Value | undefined): Language | undefined {
  if (value === undefined) return undefined
  const name = readText('$language', value)
  const language = languageNamed(name)
  if (language === undefined) throw new EngineError('BadValue', `unsupported language: "${name}" for text index version 3`)
  return language
}

function readFlag (name: string, value: Value | undefined): boolean {
  if (value === undefined) return false
  if (value.type !== BsonType.bool) throw wrongType(name, 'bool', value)
  return boolOf(value)
}

function wrongType (name: string, wanted: string, { type }: Value): EngineError {
  return new EngineError('TypeMismatch', `"${name}" had the wrong type. Expected ${wanted}, found ${typeNames[type]}`)
}
