import type { Language } from './language.js'

/** What separates words ("Tokenization Delimiters" of the manual, version 3); Unicode's Hyphen is Dash and three more. */
const delimiter = /[\p{White_Space}\p{Dash}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{Sentence_Terminal}\p{Pattern_Syntax}\u00AD\u30FB\uFF65]/u

/** In English it belongs to its word, as in "don't". */
const APOSTROPHE = 0x27

/** Of each character that was met, whether it is a delimiter (1) or not (2): expressions that find whole words are slow, and can run out of stack. */
const kinds = new Uint8Array(0x11_0000)

/** The words of a text as they are written, stop words among them. */
export function * wordsOf (text: string, { name }: Language): Generator<string, void> {
  const ownCharacter = name === 'english' ? APOSTROPHE : undefined
  // The same characters can be written in several ways, of which stemmers know this one.
  const composed = text.normalize('NFC')
  let start = 0
  for (let at = 0; at < composed.length;) {
    const character = composed.codePointAt(at)!
    const next = at + (character > 0xffff ? 2 : 1)
    if (isDelimiter(character) && character !== ownCharacter) {
      if (at > start) yield composed.slice(start, at)
      start = next
    }
    at = next
  }
  if (start < composed.length) yield composed.slice(start)
}

function isDelimiter (character: number): boolean {
  kinds[character] ||= delimiter.test(String.fromCodePoint(character)) ? 1 : 2
  return kinds[character] === 1
}
