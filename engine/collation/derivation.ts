import type { Table } from './fold.js'

/**
 * Derives from a collator what its texts are made of, so that equal ones can be given equal keys without it. A *unit* is
 * a code point that has no canonical decomposition, or a few that count as one letter (a contraction). A *token* is the
 * unit that stands for all units that are equal to it at some strength; a unit such as `½` equals several in a row.
 */

type Compare = (a: string, b: string) => number
/** The tokens that each unit is equal to. */
type Canonical = ReadonlyMap<string, readonly string[]>

const compareAt: Readonly<Record<1 | 2 | 3, Compare>> = {
  1: new Intl.Collator('en', { sensitivity: 'base' }).compare,
  2: new Intl.Collator('en', { sensitivity: 'accent' }).compare,
  3: new Intl.Collator('en', { sensitivity: 'variant' }).compare
}

/** Ignored at every strength, but keeps its neighbours from being read as one letter. */
const JOINER = '\u034f'
/** Above all others at every strength ("CLDR Root Collation", UTS #35). */
const HIGHEST = '\uffff'
/** One letter each, though Unicode composes them to none. */
const UNCOMPOSED = [
  'l\u00b7', 'L\u00b7', '\u0e4d\u0e32', '\u0ecd\u0eb2', '\u0fb2\u0f71', '\u0fb2\u0f71\u0f80', '\u0fb3\u0f71', '\u0fb3\u0f71\u0f80'
]
/** Longer than what any unit is equal to: U+FDFA is 18 letters. */
const MOST_TOKENS = 24

/** Of each script, next to each other ("General Category" of Unicode 4.6). */
const DIGITS = 10

/** The table of English, whose order is the root's, as the ICU of this Node.js has it. */
export function deriveTable (): Table {
  const { units, compositions } = findUnits()
  const contractions = [...[...compositions.keys()].filter(isContraction), ...UNCOMPOSED]
  const primary = primaryTokens([...units, ...contractions])
  const secondary = refine(2, primary)
  const tertiary = refine(3, secondary)
  const name = (tokens: readonly string[]): string => tokens.map((token) => compositions.get(token) ?? token).join('')
  return {
    icu: process.versions.icu!,
    contractions: contractions.map((unit) => [unit, name(tertiary.get(unit)!)]),
    reordered: reorderedVowels(units),
    levels: [
      grouped(units, tertiary, name),
      grouped(tokensOf(tertiary), secondary, name),
      grouped(tokensOf(secondary), primary, name)
    ],
    zeros: units.filter((unit) => /\p{Nd}/u.test(unit)).filter((_, at) => at % DIGITS === 0).join('')
  }
}

/** All code points that are assigned and do not decompose, and what the others, of several parts, are composed of. */
function findUnits (): { units: string[], compositions: Map<string, string> } {
  const units: string[] = []
  const compositions = new Map<string, string>()
  for (let code = 0; code <= 0x10ffff; code++) {
    const text = String.fromCodePoint(code)
    if (/[\p{Unassigned}\p{Private_Use}\p{Surrogate}]/u.test(text)) continue
    const parts = text.normalize('NFD')
    if (parts === text) units.push(text)
    else if (parts.length > text.length && !compositions.has(parts)) compositions.set(parts, text)
  }
  return { units, compositions }
}

/** Whether it makes a difference where the parts are kept apart, wherever that is. */
function isContraction (parts: string): boolean {
  const points = [...parts]
  return points.length > 1 && points.slice(1).every((_, at) =>
    compareAt[3](`${points.slice(0, at + 1).join('')}${JOINER}${points.slice(at + 1).join('')}`, parts) !== 0)
}

/** Vowels of Thai and others that are written before the consonant behind which they are sorted. */
function reorderedVowels (units: readonly string[]): Table['reordered'] {
  const vowelsBefore = new Map<string, string>()
  for (const vowel of units.filter((unit) => /\p{Logical_Order_Exception}/u.test(unit))) {
    const consonants = units.filter((unit) => compareAt[3](vowel + unit, vowel + JOINER + unit) !== 0).join('')
    vowelsBefore.set(consonants, (vowelsBefore.get(consonants) ?? '') + vowel)
  }
  return [...vowelsBefore].map(([consonants, vowels]) => [vowels, consonants])
}

/** Groups of equal units; in each the first, a single code point if there is one, is the token. */
function equalGroups (compare: Compare, units: Iterable<string>): string[][] {
  const groups: string[][] = []
  const isContracted = (unit: string): number => Number(unit.length > String.fromCodePoint(unit.codePointAt(0)!).length)
  const sorted = [...units].sort((a, b) => compare(a, b) || isContracted(a) - isContracted(b) || compareAt[3](a, b) || (a < b ? -1 : 1))
  for (const unit of sorted) {
    const group = groups.at(-1)
    if (group !== undefined && compare(group[0], unit) === 0) group.push(unit)
    else groups.push([unit])
  }
  return groups
}

/** At primary strength a unit between a letter and everything that begins with that letter is that letter and more. */
function primaryTokens (units: readonly string[]): Canonical {
  const compare = compareAt[1]
  const letters: string[] = []
  const isLetter = (unit: string): boolean => compare(unit, '') !== 0 &&
    (letters.length === 0 || compare(unit, `${letters.at(-1)}${JOINER}${HIGHEST}`) > 0)
  const groups = equalGroups(compare, units)
  for (const [unit] of groups) if (isLetter(unit)) letters.push(unit)
  const found = new Set(letters)
  return eachUnit(groups, (unit) => found.has(unit) ? [unit] : spell(unit, letters))
}

/** Gives all units of a group the tokens of its first. */
function eachUnit (groups: ReadonlyArray<readonly string[]>, tokensOf: (first: string) => readonly string[]): Canonical {
  return new Map(groups.flatMap((group) => {
    const tokens = tokensOf(group[0])
    return group.map((unit): [string, readonly string[]] => [unit, tokens])
  }))
}

/** The letters that a unit is equal to, each the last that is not too high. */
function spell (unit: string, letters: readonly string[]): string[] {
  const spelt: string[] = []
  while (compareAt[1](joined(spelt), unit) !== 0) {
    const letter = lastBelow(letters, (next) => compareAt[1](joined([...spelt, next]), unit) <= 0)
    if (letter === undefined || spelt.length === MOST_TOKENS) throw new Error(`no sequence of letters: ${JSON.stringify(unit)}`)
    spelt.push(letter)
  }
  return spelt
}

/**
 * The tokens of the next strength: of units that were equal before, those that differ now. A unit that was several
 * tokens, or has become more than its letter (a letter and an accent), is spelt anew, or is a token if that fails.
 */
function refine (strength: 2 | 3, coarser: Canonical): Canonical {
  const groups = equalGroups(compareAt[strength], coarser.keys())
  const choices = new Map<string, string[]>()
  for (const [token] of groups) {
    const before = coarser.get(token)!
    if (before.length > 1 || compareAt[strength](token, '') === 0) continue
    const letter = before.join('')
    const known = choices.get(letter)
    if (known === undefined) choices.set(letter, [token])
    else known.push(token)
  }
  const speller = new Speller(compareAt[strength], choices)
  const spelt = new Map(groups.map(([token]) => [token, speller.spell(token, coarser.get(token)!)]))
  // What was chosen to spell with may have turned out to be no token itself.
  const spellOut = (token: string): readonly string[] => {
    const tokens = spelt.get(token)!
    return tokens.length === 1 && tokens[0] === token ? tokens : tokens.flatMap(spellOut)
  }
  return eachUnit(groups, spellOut)
}

/** Finds the tokens that a unit is equal to, when the letters are known that they have been so far. */
class Speller {
  readonly #compare: Compare
  /** Sorted tokens by what they have been so far; those that were nothing under the empty text. */
  readonly #choices: ReadonlyMap<string, readonly string[]>

  constructor (compare: Compare, choices: ReadonlyMap<string, readonly string[]>) {
    this.#compare = compare
    this.#choices = choices
  }

  spell (unit: string, letters: readonly string[]): readonly string[] {
    if (this.#compare(unit, '') === 0) return []
    if (letters.length === 1 && this.#choices.get(letters[0])![0] === unit) return [unit]
    return this.#spell({ unit, spelt: [], rest: letters, others: letters.length + 3 }) ?? [unit]
  }

  /** Tries the next letter in its highest form that is not too high, or puts something in front of it. */
  #spell ({ unit, spelt, rest, others }: Spelling): readonly string[] | undefined {
    const lowest = rest.map((letter) => this.#choices.get(letter)![0])
    const all = [...spelt, ...lowest]
    if (all.length + spelt.length > 0 && !all.includes(unit) && this.#compare(joined(all), unit) === 0) return all
    if (others === 0) return undefined
    const nexts: Array<[token: string | undefined, rest: readonly string[]]> = [[this.#highest(unit, spelt, '', lowest), rest]]
    if (rest.length > 0) nexts.unshift([this.#highest(unit, spelt, rest[0], lowest.slice(1)), rest.slice(1)], [lowest[0], rest.slice(1)])
    for (const [token, behind] of nexts) {
      const found = token && token !== unit && this.#spell({ unit, spelt: [...spelt, token], rest: behind, others: others - 1 })
      if (found) return found
    }
    return undefined
  }

  #highest (unit: string, spelt: readonly string[], letter: string, behind: readonly string[]): string | undefined {
    const choices = (this.#choices.get(letter) ?? []).filter((choice) => choice !== unit)
    return lastBelow(choices, (choice) => this.#compare(joined([...spelt, choice, ...behind]), unit) <= 0)
  }
}

interface Spelling {
  readonly unit: string
  readonly spelt: readonly string[]
  /** The letters that are still to come. */
  readonly rest: readonly string[]
  /** How many tokens may still be added. */
  readonly others: number
}

function joined (tokens: readonly string[]): string {
  return tokens.join(JOINER)
}

/** The last of a sorted list that is not above a bound. */
function lastBelow (sorted: readonly string[], isBelow: (unit: string) => boolean): string | undefined {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBelow(sorted[middle])) low = middle + 1
    else high = middle
  }
  return sorted[low - 1]
}

function tokensOf (canonical: Canonical): string[] {
  return [...canonical].filter(([unit, tokens]) => tokens.length === 1 && tokens[0] === unit).map(([unit]) => unit)
}

/** The units that are not what they are equal to, by that. */
function grouped (units: readonly string[], canonical: Canonical, name: (tokens: readonly string[]) => string): Array<[tokens: string, equal: string]> {
  const groups = new Map<string, string>()
  for (const unit of units) {
    const tokens = name(canonical.get(unit)!)
    if (tokens !== name([unit])) groups.set(tokens, (groups.get(tokens) ?? '') + name([unit]))
  }
  return [...groups]
}
