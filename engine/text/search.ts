import type { Value } from '../bson/value.js'
import { foldDiacritics } from './fold.js'
import { INSENSITIVE, type Language, type Sensitivity } from './language.js'
import { parseSearchText, type SearchText } from './search-text.js'
import { termScores } from './term-scores.js'
import { textsOf, type FieldText, type TextFields } from './text-fields.js'
import { wordsOf } from './words.js'

/** A parsed `$text`. */
export interface TextQuery extends Sensitivity {
  readonly search: string
  /** That of the index if there is none. */
  readonly language?: Language
}

/** A `$text` upon the texts that an index has. */
export class TextSearch {
  /** Of which an index has at least one for every match, in no particular order. */
  readonly terms: readonly string[]
  readonly negatedTerms: readonly string[]
  readonly phrases: readonly string[]
  readonly negatedPhrases: readonly string[]
  readonly #fields: TextFields
  readonly #sensitivity: Sensitivity
  readonly #exactTerms: ReadonlySet<string>
  readonly #negatedTerms: ReadonlySet<string>

  constructor ({ search, language: given, ...sensitivity }: TextQuery, fields: TextFields) {
    const language = given ?? fields.defaultLanguage
    const { words, negatedWords, phrases, negatedPhrases }: SearchText = parseSearchText(search)
    this.#fields = fields
    this.#sensitivity = sensitivity
    this.#exactTerms = termsOf(words, language, sensitivity)
    this.#negatedTerms = termsOf(negatedWords, language, sensitivity)
    this.terms = [...termsOf(words, language, INSENSITIVE)]
    this.negatedTerms = [...this.#negatedTerms]
    this.phrases = phrases
    this.negatedPhrases = negatedPhrases
  }

  /** How well a document matches, `undefined` if it does not; computed from the document alone, as if there was no index. */
  score (document: Value): number | undefined {
    const scores = termScores(document, this.#fields)
    const found = this.terms.flatMap((term) => scores.get(term) ?? [])
    if (found.length === 0 || !this.#accepts(document)) return undefined
    return found.reduce((sum, score) => sum + score, 0)
  }

  #accepts (document: Value): boolean {
    if (!this.#looksAtTexts) return true
    const texts = textsOf(document, this.#fields)
    const folded = texts.map(({ text, language }) => ({ text: this.#fold(text, language), language }))
    const contains = (phrase: string): boolean => folded.some(({ text, language }) => text.includes(this.#fold(phrase, language)))
    return (!this.#isSensitive || this.#hasTerm(texts, this.#exactTerms)) && !this.#hasTerm(texts, this.#negatedTerms) &&
      this.phrases.every(contains) && !this.negatedPhrases.some(contains)
  }

  get #isSensitive (): boolean {
    return this.#sensitivity.caseSensitive || this.#sensitivity.diacriticSensitive
  }

  /** Otherwise the terms have said it all. */
  get #looksAtTexts (): boolean {
    return this.#isSensitive || this.negatedTerms.length + this.phrases.length + this.negatedPhrases.length > 0
  }

  #hasTerm (texts: readonly FieldText[], terms: ReadonlySet<string>): boolean {
    return terms.size > 0 && texts.some(({ text, language }) => {
      for (const word of wordsOf(text, language)) {
        if (terms.has(language.term(word, this.#sensitivity))) return true
      }
      return false
    })
  }

  #fold (text: string, language: Language): string {
    const { caseSensitive, diacriticSensitive } = this.#sensitivity
    const folded = caseSensitive ? text : language.lowerCase(text)
    return diacriticSensitive ? folded.normalize('NFC') : foldDiacritics(folded)
  }
}

function termsOf (words: string, language: Language, sensitivity: Sensitivity): Set<string> {
  return new Set([...wordsOf(words, language)].filter((word) => !language.isStopWord(word)).map((word) => language.term(word, sensitivity)))
}
