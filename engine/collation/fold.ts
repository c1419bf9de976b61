import { Numbers } from './numbers.js'

/** What the texts of a collation are made of (derivation.ts says what is meant by units and tokens). */
export interface Table {
  /** The ICU that it was made with. */
  readonly icu: string
  /** The units of several code points, with the tokens that they are equal to at strength 3. */
  readonly contractions: ReadonlyArray<readonly [unit: string, tokens: string]>
  /** Vowels that are sorted behind the consonants which follow them. */
  readonly reordered: ReadonlyArray<readonly [vowels: string, consonants: string]>
  /**
   * What is equal at the strengths 3, 2 and 1: by tokens, the code points that are equal to them. A level is about the
   * tokens of the one before it; what is not listed is a token.
   */
  readonly levels: ReadonlyArray<ReadonlyArray<readonly [tokens: string, equal: string]>>
  /** The digits that are zero; the others of their scripts follow them. */
  readonly zeros: string
}

export type Strength = 1 | 2 | 3

/**
 * Makes of texts that are equal at a strength the same text, and of those that are not different ones: the contractions
 * and expansions of UTS #10, without its weights, which only an order would need.
 */
export class Folder {
  readonly #contractions: ReadonlyMap<string, string>
  /** What contractions begin with. */
  readonly #firsts: ReadonlySet<string>
  readonly #consonants: ReadonlyMap<string, ReadonlySet<string>>
  readonly #levels: ReadonlyArray<ReadonlyMap<string, string>>
  readonly #foldAscii: (text: string) => string
  readonly #numbers: Numbers | undefined

  /** @param numericOrdering whether digits are read as numbers */
  constructor ({ contractions, reordered, levels, zeros }: Table, strength: Strength, numericOrdering = false) {
    this.#contractions = new Map(contractions)
    this.#firsts = new Set(contractions.map(([[first]]) => first))
    this.#consonants = new Map(reordered.flatMap(([vowels, consonants]) => [...vowels].map((vowel) => [vowel, new Set(consonants)])))
    this.#levels = levels.slice(0, 4 - strength).map((level) =>
      new Map(level.flatMap(([tokens, equal]) => [...equal].map((point) => [point, tokens]))))
    this.#numbers = numericOrdering ? new Numbers(zeros) : undefined
    this.#foldAscii = strength === 3 ? (text) => text : (text) => text.toLowerCase()
  }

  fold (text: string): string {
    return this.#numbers === undefined ? this.#foldLetters(text) : this.#numbers.fold(text, (part) => this.#foldLetters(part))
  }

  #foldLetters (text: string): string {
    // Of ASCII, the control characters are ignored and the letters have a case.
    return /^[\t-\r -~]*$/.test(text) ? this.#foldAscii(text) : this.#foldPoints([...text.normalize('NFD')])
  }

  #foldPoints (points: string[]): string {
    let folded = ''
    for (let at = 0; at < points.length; at++) {
      const point = points[at]
      if (this.#consonants.get(point)?.has(points[at + 1])) folded += this.#tokensOf(points[++at]) + this.#tokensOf(point)
      else if (this.#firsts.has(point)) folded += this.#tokensOf(this.#takeUnit(points, at))
      else folded += this.#tokensOf(point)
    }
    return folded
  }

  /** The longest contraction that begins at a place; its further parts are taken away ("S2.1" of UTS #10). */
  #takeUnit (points: string[], at: number): string {
    let unit = points[at]
    for (let next = at + 1, isNext = true; next < points.length;) {
      if ((isNext || isUnblocked(points[next - 1], points[next])) && this.#contractions.has(unit + points[next])) {
        unit += points.splice(next, 1)[0]
      } else if (isMark(points[next])) {
        isNext = false
        next++
      } else break
    }
    return unit
  }

  #tokensOf (unit: string): string {
    let tokens = this.#contractions.get(unit)
    for (const level of tokens === undefined ? this.#levels : this.#levels.slice(1)) {
      tokens = tokens === undefined ? level.get(unit) ?? unit : mapped(tokens, level)
    }
    return tokens ?? unit
  }
}

function mapped (tokens: string, level: ReadonlyMap<string, string>): string {
  let result = ''
  for (const token of tokens) result += level.get(token) ?? token
  return result
}

/** The lowest and the highest class of marks that move past others, as a mark of each. */
const [LOWEST_MARK, HIGHEST_MARK] = ['\u0334', '\u0345']

/** Whether it is one of the marks that normalization sorts by their classes. */
function isMark (point: string): boolean {
  return isUnblocked(LOWEST_MARK, point) || isUnblocked(point, HIGHEST_MARK)
}

/** Whether a mark attaches past the one before it, being of a higher class: normalization would sort the two. */
function isUnblocked (before: string, mark: string): boolean {
  return (mark + before).normalize('NFD') !== mark + before
}
