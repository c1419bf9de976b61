import type { Language } from './language.js'

/** What separates words ("Tokenization Delimiters" of the manual, version 3); Unicode's Hyphen is Dash and three more. */
const DELIMITERS = '\\p{White_Space}\\p{Dash}\\p{Quotation_Mark}\\p{Terminal_Punctuation}\\p{Sentence_Terminal}\\p{Pattern_Syntax}\\u00AD\\u30FB\\uFF65'

const words = new RegExp(`[^${DELIMITERS}]+`, 'gu')
/** In English an apostrophe belongs to its word, as in "don't". */
const englishWords = new RegExp(`(?:'|[^${DELIMITERS}])+`, 'gu')

/** The words of a text as they are written, stop words among them. */
export function wordsOf (text: string, language: Language): readonly string[] {
  // The same characters can be written in several ways, of which stemmers know this one.
  return text.normalize('NFC').match(language.name === 'english' ? englishWords : words) ?? []
}
