/** What a search asks for, as it is written: terms are made of it when the language is known. */
export interface SearchText {
  /** Of these words one must be there. */
  readonly words: string
  /** Of these none. */
  readonly negatedWords: string
  /** All of these must be there, letter by letter. */
  readonly phrases: readonly string[]
  readonly negatedPhrases: readonly string[]
}

/** Text up to the next space; in quotation marks spaces are text as well, and the last mark may be missing. */
const clauses = /(?:"[^"]*(?:"|$)|[^\s"])+/g
const quoted = /"([^"]*)("|$)/g

/**
 * Takes a `$search` apart ("$text" of the manual): a minus in front of a clause negates all of it. The words of phrases are
 * searched as well, but none of what a negated phrase says is.
 */
export function parseSearchText (search: string): SearchText {
  const [words, negatedWords, phrases, negatedPhrases]: string[][] = [[], [], [], []]
  for (const [clause] of search.matchAll(clauses)) {
    const isNegated = clause.startsWith('-')
    for (const [, phrase, end] of clause.matchAll(quoted)) {
      if (end !== '') (isNegated ? negatedPhrases : phrases).push(phrase)
    }
    if (isNegated) negatedWords.push(clause.replace(quoted, ' '))
    else words.push(clause)
  }
  return { words: words.join(' '), negatedWords: negatedWords.join(' '), phrases, negatedPhrases }
}
