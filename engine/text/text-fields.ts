import { FieldCursor } from '../bson/field-cursor.js'
import { BsonType, findField, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { languageNamed, type Language } from './language.js'

/** Which texts of a document are searched. */
export interface TextFields {
  /** By path; every other text counts once if `isWildcard`. */
  readonly weights: ReadonlyMap<string, number>
  readonly isWildcard: boolean
  readonly defaultLanguage: Language
  /** The field in which a document, or a document inside of it, names the language of its own texts. */
  readonly languageField: string
}

/** A text of a document. */
export interface FieldText {
  readonly text: string
  readonly language: Language
  readonly weight: number
}

/**
 * The texts of a document in the order of its fields, arrays of them among these.
 * @throws {EngineError} 17261, 17262 for a language that is no name of one
 */
export function textsOf (document: Value, fields: TextFields): FieldText[] {
  const walk = new TextWalk(fields)
  walk.document(document, '', fields.defaultLanguage)
  return walk.texts
}

class TextWalk {
  readonly texts: FieldText[] = []
  readonly #fields: TextFields
  /** The paths that lead to weighted ones. */
  readonly #onTheWay: ReadonlySet<string>

  constructor (fields: TextFields) {
    this.#fields = fields
    this.#onTheWay = new Set([...fields.weights.keys()].flatMap(prefixes))
  }

  document (document: Value, path: string, outerLanguage: Language): void {
    const { isWildcard, languageField } = this.#fields
    const language = languageOf(document, languageField) ?? outerLanguage
    const cursor = new FieldCursor(document)
    while (cursor.next()) {
      const name = cursor.name()
      if (isWildcard && name === languageField) continue
      this.#value(cursor.value, path === '' ? name : `${path}.${name}`, language)
    }
  }

  #value (value: Value, path: string, language: Language): void {
    if (value.type === BsonType.array) this.#array(value, path, language)
    else this.#single(value, path, language)
  }

  #array (array: Value, path: string, language: Language): void {
    const cursor = new FieldCursor(array)
    while (cursor.next()) {
      const { value } = cursor
      if (value.type !== BsonType.array) this.#single(value, path, language)
      else if (this.#fields.isWildcard) this.#array(value, path, language)
    }
  }

  #single (value: Value, path: string, language: Language): void {
    const { weights, isWildcard } = this.#fields
    if (value.type === BsonType.string) {
      const weight = weights.get(path) ?? (isWildcard ? 1 : undefined)
      if (weight !== undefined) this.texts.push({ text: stringOf(value), language, weight })
    } else if (value.type === BsonType.document && (isWildcard || this.#onTheWay.has(path))) {
      this.document(value, path, language)
    }
  }
}

function languageOf (document: Value, languageField: string): Language | undefined {
  const value = findField(document, languageField)
  if (value === undefined) return undefined
  if (value.type !== BsonType.string) throw new EngineError(17261, 'found language override field in document with non-string type')
  const language = languageNamed(stringOf(value))
  if (language === undefined) throw new EngineError(17262, `language override unsupported: ${stringOf(value)}`)
  return language
}

/** `a` and `a.b` for `a.b.c`. */
function prefixes (path: string): string[] {
  const parts = path.split('.')
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('.'))
}
