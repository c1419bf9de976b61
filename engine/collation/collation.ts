import { Folder, type Strength } from './fold.js'
import { ROOT } from './root.js'

/** Members of a collation that have these values and no others, as MongoDB 7.0 shows them. */
export const FIXED = {
  caseLevel: false,
  caseFirst: 'off',
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
  version: '57.1'
} as const

export interface Specification extends Readonly<typeof FIXED> {
  readonly locale: string
  readonly strength: Strength
  readonly numericOrdering: boolean
}

const sensitivities = { 1: 'base', 2: 'accent', 3: 'variant' } as const

/**
 * An order of texts: by letters (strength 1), also by accents (2), or also by case (3); digits count as such or as numbers. Where code takes a collation,
 * `undefined` is the simple one, the order of bytes. There is one object for each, so that they are told apart by `===`.
 *
 * What is equal is decided by the folded texts alone, never by the ICU of this Node.js, which only gives an order to what
 * is not: keys that are stored stay right under another one.
 */
export class Collation {
  readonly locale: string
  readonly strength: Strength
  readonly numericOrdering: boolean
  readonly #folder: Folder
  readonly #order: Intl.Collator['compare']

  constructor (locale: string, strength: Strength, numericOrdering: boolean) {
    this.locale = locale
    this.strength = strength
    this.numericOrdering = numericOrdering
    this.#folder = new Folder(ROOT, strength, numericOrdering)
    this.#order = new Intl.Collator('en', { sensitivity: sensitivities[strength], numeric: numericOrdering }).compare
  }

  /** All members, in MongoDB's order. */
  get specification (): Specification {
    const { caseLevel, caseFirst, ...others } = FIXED
    return { locale: this.locale, caseLevel, caseFirst, strength: this.strength, numericOrdering: this.numericOrdering, ...others }
  }

  /** The same for texts that are equal, and for no others; not in their order. */
  fold (text: string): string {
    return this.#folder.fold(text)
  }

  compare (a: string, b: string): number {
    const [foldedA, foldedB] = [this.fold(a), this.fold(b)]
    if (foldedA === foldedB) return 0
    return this.#order(a, b) || (foldedA < foldedB ? -1 : 1)
  }
}

const collations = new Map<string, Collation>()

/** @param locale one whose order is that of the root */
export function collationOf (locale: string, strength: Strength, numericOrdering = false): Collation {
  const name = `${locale} ${strength} ${numericOrdering}`
  const known = collations.get(name)
  if (known !== undefined) return known
  const made = new Collation(locale, strength, numericOrdering)
  collations.set(name, made)
  return made
}
