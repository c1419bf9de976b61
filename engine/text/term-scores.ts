import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { INSENSITIVE } from './language.js'
import { textsOf, type FieldText, type TextFields } from './text-fields.js'
import { wordsOf } from './words.js'

/** Each term is a row of the index that is written in one turn of the event loop: this is 20 times what a novel has. */
const MAX_TERMS = 50_000

/**
 * The terms of a document, each with how much it weighs there.
 * @throws {EngineError} 16732 for too many, 17261, 17262 for a language that is no name of one
 */
export function termScores (document: Value, fields: TextFields): ReadonlyMap<string, number> {
  const scores = new Map<string, number>()
  for (const text of textsOf(document, fields)) addScores(text, scores)
  return scores
}

/**
 * As MongoDB weighs: of a text, a term's first occurrence counts whole and each further one half of the one before; it
 * counts the more the more of the text's terms it is, and a tenth more if it is the whole text.
 */
function addScores ({ text, language, weight }: FieldText, scores: Map<string, number>): void {
  const counts = new Map<string, number>()
  let total = 0
  for (const word of wordsOf(text, language)) {
    if (language.isStopWord(word)) continue
    const term = language.term(word, INSENSITIVE)
    counts.set(term, (counts.get(term) ?? 0) + 1)
    total++
    if (counts.size > MAX_TERMS) throw tooManyTerms()
  }
  const whole = language.lowerCase(text)
  for (const [term, count] of counts) {
    const frequency = 2 - 2 ** (1 - count)
    const share = 0.5 * count / total + 0.5
    const boost = term === whole ? 1.1 : 1
    scores.set(term, (scores.get(term) ?? 0) + weight * frequency * share * boost)
  }
  if (scores.size > MAX_TERMS) throw tooManyTerms()
}

function tooManyTerms (): EngineError {
  return new EngineError(16732, `too many unique keys for a single document to have a text index, max is ${MAX_TERMS}`)
}
