/** A set of characters as ranges of code points, first and last, in ascending order. */
export type CharacterSet = ReadonlyArray<readonly [first: number, last: number]>

const LAST_CODE_POINT = 0x10ffff

const space: CharacterSet = [[0x09, 0x0d], [0x20, 0x20]]
const horizontal: CharacterSet = [
  [0x09, 0x09], [0x20, 0x20], [0xa0, 0xa0], [0x1680, 0x1680], [0x180e, 0x180e], [0x2000, 0x200a], [0x202f, 0x202f], [0x205f, 0x205f], [0x3000, 0x3000]
]
const vertical: CharacterSet = [[0x0a, 0x0d], [0x85, 0x85], [0x2028, 0x2029]]

/** The sets that PCRE writes as an escape and JavaScript does not have, or understands differently. */
export const escapedSets: Readonly<Record<string, CharacterSet>> = {
  s: space,
  S: complement(space),
  h: horizontal,
  H: complement(horizontal),
  v: vertical,
  V: complement(vertical)
}

/** The sets of `[:name:]` inside a character class; like `\w` and `\d` they are ASCII in PCRE. */
export const posixSets: Readonly<Record<string, CharacterSet>> = {
  alnum: [[0x30, 0x39], [0x41, 0x5a], [0x61, 0x7a]],
  alpha: [[0x41, 0x5a], [0x61, 0x7a]],
  ascii: [[0x00, 0x7f]],
  blank: [[0x09, 0x09], [0x20, 0x20]],
  cntrl: [[0x00, 0x1f], [0x7f, 0x7f]],
  digit: [[0x30, 0x39]],
  graph: [[0x21, 0x7e]],
  lower: [[0x61, 0x7a]],
  print: [[0x20, 0x7e]],
  punct: [[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]],
  space,
  upper: [[0x41, 0x5a]],
  word: [[0x30, 0x39], [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]],
  xdigit: [[0x30, 0x39], [0x41, 0x46], [0x61, 0x66]]
}

/** All other characters. */
export function complement (set: CharacterSet): CharacterSet {
  const firsts = [0, ...set.map(([, last]) => last + 1)]
  const lasts = [...set.map(([first]) => first - 1), LAST_CODE_POINT]
  return firsts.map((first, at) => [first, lasts[at]] as const).filter(([first, last]) => first <= last)
}

/** The set as it is written between the brackets of a JavaScript character class. */
export function writeSet (set: CharacterSet): string {
  return set.map(([first, last]) => first === last ? writeCode(first) : `${writeCode(first)}-${writeCode(last)}`).join('')
}

function writeCode (code: number): string {
  return `\\u{${code.toString(16)}}`
}
