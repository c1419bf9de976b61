import { escapedSets, writeSet } from './character-sets.js'
import { invalidRegex, type Scanner } from './scanner.js'

/** What an escape stands for: one character, or text that JavaScript writes for a set of characters. */
export type Escape = { readonly character: string } | { readonly set: string }

/**
 * Reads what follows a backslash and means the same inside and outside of character classes; `undefined` when it is
 * something else.
 */
export function readEscape (scanner: Scanner): Escape | undefined {
  const hex = scanner.take(/x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{0,2}))/y)
  if (hex !== undefined) return codePoint(parseInt(hex[1] ?? `0${hex[2]}`, 16))
  const octal = scanner.take(/o\{([0-7]+)\}|0([0-7]{0,2})/y)
  if (octal !== undefined) return codePoint(parseInt(octal[1] ?? `0${octal[2]}`, 8))
  const control = scanner.take(/c([ -~])/y)
  if (control !== undefined) return codePoint(control[1].toUpperCase().charCodeAt(0) ^ 0x40)
  const property = scanner.take(/([pP])(?:\{(\^?)([^}]+)\}|([A-Z]))/y)
  if (property !== undefined) return { set: writeProperty(property) }
  const letter = scanner.take(/[nrtfeadDwWsShHvV]/y)
  if (letter !== undefined) return readLetter(letter[0])
  const symbol = scanner.take(/[^A-Za-z0-9]/yu)
  return symbol === undefined ? undefined : { character: symbol[0] }
}

/** A character so that JavaScript takes it literally, inside and outside of a character class. */
export function writeLiteral (character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character === '-' ? '\\x2d' : character
}

const letterCodes: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, e: 0x1b, a: 0x07 }

function readLetter (letter: string): Escape {
  if (letter in letterCodes) return codePoint(letterCodes[letter])
  return letter in escapedSets ? { set: writeSet(escapedSets[letter]) } : { set: `\\${letter}` }
}

/** PCRE names general categories and scripts alike; JavaScript wants to be told that a name is a script's. */
function writeProperty ([, letter, caret, braced, single]: RegExpExecArray): string {
  const negated = (letter === 'P') !== (caret === '^')
  const name = braced ?? single
  if (name === 'L&') return negated ? '\\P{LC}' : '\\p{LC}'
  const property = name === 'Any' || /^[A-Z][a-z]?$/.test(name) ? name : `Script=${name}`
  return `\\${negated ? 'P' : 'p'}{${property}}`
}

function codePoint (code: number): Escape {
  if (code > 0x10ffff) throw invalidRegex('character code point value in \\x{} or \\o{} is too large')
  return { character: String.fromCodePoint(code) }
}
