import { complement, posixSets, writeSet } from './character-sets.js'
import { readEscape, writeLiteral, type Escape } from './escapes.js'
import { invalidRegex, type Scanner } from './scanner.js'

/** Translates a character class, whose opening bracket has just been read. */
export function translateClass (scanner: Scanner): string {
  const open = scanner.take(/\^/y) === undefined ? '[' : '[^'
  // A closing bracket in the first place is an ordinary character.
  let content = scanner.take(/\]/y) === undefined ? '' : '\\]'
  while (scanner.take(/\]/y) === undefined) content += translateItem(scanner)
  return `${open}${content}]`
}

/** One item, or a range of two. A hyphen that has not a single character on both sides is an ordinary character. */
function translateItem (scanner: Scanner): string {
  const item = readItem(scanner)
  if ('set' in item || scanner.take(/-(?!\])/y) === undefined) return write(item)
  const last = readItem(scanner)
  return `${write(item)}${'set' in last ? writeLiteral('-') : '-'}${write(last)}`
}

function readItem (scanner: Scanner): Escape {
  if (scanner.done) throw invalidRegex('missing terminating ] for character class')
  const posix = scanner.take(/\[:(\^?)([a-z]+):\]/y)
  if (posix !== undefined) return { set: writePosixSet(posix[2], posix[1] === '^') }
  const quoted = scanner.take(/\\Q(.*?)(?:\\E|$)/sy)
  if (quoted !== undefined) return { set: [...quoted[1]].map(writeLiteral).join('') }
  if (scanner.take(/\\/y) === undefined) return { character: scanner.character() }
  if (scanner.take(/b/y) !== undefined) return { character: '\b' }
  const octal = scanner.take(/[1-7][0-7]{0,2}/y)
  if (octal !== undefined) return { character: String.fromCodePoint(parseInt(octal[0], 8)) }
  const escape = readEscape(scanner)
  if (escape === undefined) throw invalidRegex('escape sequence is invalid in character class')
  return escape
}

function writePosixSet (name: string, negated: boolean): string {
  const set = posixSets[name]
  if (set === undefined) throw invalidRegex('unknown POSIX class name')
  return writeSet(negated ? complement(set) : set)
}

function write (item: Escape): string {
  return 'set' in item ? item.set : writeLiteral(item.character)
}
