import { createRequire } from 'node:module'
import { englishStopWords } from './english-stop-words.js'
import { foldDiacritics } from './fold.js'

/** Languages are loaded when a text is in one: most stores never need any, and they take 100 ms and 11 MB. */
const require = createRequire(import.meta.url)

/** The two-letter codes by which MongoDB knows its languages too ("Text Search Languages" of the manual). */
const codes: Readonly<Record<string, string>> = {
  da: 'danish',
  de: 'german',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  it: 'italian',
  nb: 'norwegian',
  nl: 'dutch',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sv: 'swedish',
  tr: 'turkish'
}

/** What a word is compared by: neither flag is what an index does. */
export interface Sensitivity {
  readonly caseSensitive: boolean
  readonly diacriticSensitive: boolean
}

export const INSENSITIVE: Sensitivity = { caseSensitive: false, diacriticSensitive: false }

/** Longer words are terms as they are: some stemmers take a time that grows with the square of the length. */
const MAX_STEMMED_LENGTH = 32

/** Real texts repeat their words; when so many have been met, the memory of them begins anew. */
const MAX_REMEMBERED_WORDS = 10_000

/** How the words of a language become terms. What is stored depends on it, so that its packages are pinned to their versions. */
export class Language {
  readonly name: string
  readonly #terms = new Map<string, string>()
  #stopWords: ReadonlySet<string> | undefined
  #stemmer: { stem (word: string): string } | undefined

  constructor (name: string) {
    this.name = name
  }

  /** Whether the word is too common to be searched, in whatever case. */
  isStopWord (word: string): boolean {
    this.#stopWords ??= new Set(loadStopWords(this.name))
    return this.#stopWords.has(this.lowerCase(word))
  }

  /** The term that a word in NFC counts as. */
  term (word: string, { caseSensitive, diacriticSensitive }: Sensitivity): string {
    if (caseSensitive || diacriticSensitive) {
      const stem = this.#stem(caseSensitive ? word : this.lowerCase(word))
      return diacriticSensitive ? stem : foldDiacritics(stem)
    }
    const known = this.#terms.get(word)
    if (known !== undefined) return known
    const term = foldDiacritics(this.#stem(this.lowerCase(word)))
    if (word.length > MAX_STEMMED_LENGTH) return term
    if (this.#terms.size === MAX_REMEMBERED_WORDS) this.#terms.clear()
    // A part of a string can keep the whole one in memory.
    this.#terms.set(copyOf(word), copyOf(term))
    return term
  }

  lowerCase (text: string): string {
    return this.name === 'turkish' ? text.toLocaleLowerCase('tr') : text.toLowerCase()
  }

  /** Stemmers know the diacritics of their language. */
  #stem (word: string): string {
    if (this.name === 'none' || word.length > MAX_STEMMED_LENGTH) return word
    this.#stemmer ??= loadStemmer(this.name)
    return this.#stemmer.stem(word)
  }
}

const languages: ReadonlyMap<string, Language> = new Map(['none', ...Object.values(codes)].map((name) => [name, new Language(name)]))

/** A language by its English name or its code, in whatever case; `undefined` for one that MongoDB has not. */
export function languageNamed (name: string): Language | undefined {
  const lower = name.toLowerCase()
  return languages.get(Object.hasOwn(codes, lower) ? codes[lower] : lower)
}

function copyOf (text: string): string {
  return Buffer.from(text).toString()
}

function loadStemmer (name: string): { stem (word: string): string } {
  const { newStemmer } = require('snowball-stemmers') as typeof import('snowball-stemmers')
  return newStemmer(name)
}

function loadStopWords (name: string): readonly string[] {
  if (name === 'none') return []
  if (name === 'english') return englishStopWords
  const { stopwords } = require(`@orama/stopwords/${name}`) as { stopwords: readonly string[] }
  return stopwords
}
