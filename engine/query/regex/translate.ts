import { translateClass } from './character-class.js'
import { escapedSets, writeSet } from './character-sets.js'
import { readEscape, writeLiteral } from './escapes.js'
import { invalidRegex, Scanner } from './scanner.js'

/** The options that PCRE can switch on and off inside of a pattern. */
interface Options {
  readonly multiline: boolean
  readonly dotAll: boolean
  readonly extended: boolean
}

/** As PCRE2 has it by default. */
const MAX_NESTING = 250
const END = '(?=\\n?$)'
const LINE_START = '(?:^|(?<=\\n)(?!$))'
const LINE_END = '(?=\\n|$)'
const LINE_BREAK = `(?:\\r\\n|[${writeSet(escapedSets.v)}])`

export interface Translation {
  readonly source: string
  readonly ignoreCase: boolean
}

/**
 * Translates a pattern of PCRE, the language of MongoDB's regular expressions, to one of JavaScript in Unicode mode.
 * Lines, white space and `$` have the meaning that PCRE gives them; none of JavaScript's flags `m` and `s` is used.
 * What JavaScript cannot do (atomic groups, possessive quantifiers, recursion, conditions, switching the case option in
 * the middle) is refused. The result is for pattern.ts alone: JavaScript matches by backtracking without a limit.
 * @throws {EngineError} 51091, for what it can see
 */
export function translate (pattern: string, options: string): Translation {
  const translator = new Translator(pattern, options)
  return { source: translator.run(), ignoreCase: translator.ignoreCase }
}

class Translator {
  ignoreCase: boolean
  readonly #scanner: Scanner
  #options: Options
  /** The options outside of each group that is open. */
  readonly #outer: Options[] = []
  #groups = 0
  #output = ''

  constructor (pattern: string, options: string) {
    this.ignoreCase = options.includes('i')
    this.#scanner = new Scanner(pattern)
    this.#options = { multiline: options.includes('m'), dotAll: options.includes('s'), extended: options.includes('x') }
  }

  run (): string {
    while (!this.#scanner.done) this.#output += this.#token()
    if (this.#outer.length > 0) throw invalidRegex('missing closing parenthesis')
    return this.#output
  }

  #token (): string {
    const scanner = this.#scanner
    if (this.#options.extended && scanner.take(/\s+|#.*/y) !== undefined) return ''
    const quantifier = scanner.take(/(?:[*+?]|\{\d+(?:,\d*)?\})(\+?)/y)
    if (quantifier !== undefined) return this.#quantifier(quantifier)
    const character = scanner.character()
    switch (character) {
      case '\\': return this.#escape()
      case '[': return translateClass(scanner)
      case '(': return this.#openGroup()
      case ')': return this.#closeGroup()
      case '.': return this.#options.dotAll ? '[^]' : '[^\\n]'
      case '^': return this.#options.multiline ? LINE_START : '^'
      case '$': return this.#options.multiline ? LINE_END : END
      case '|': return character
      default: return writeLiteral(character)
    }
  }

  #quantifier ([text, possessive]: RegExpExecArray): string {
    if (possessive !== '') throw unsupported('possessive quantifiers')
    return text
  }

  #escape (): string {
    const scanner = this.#scanner
    const quoted = scanner.take(/Q(.*?)(?:\\E|$)|E/sy)
    if (quoted !== undefined) return [...quoted[1] ?? ''].map(writeLiteral).join('')
    const anchor = scanner.take(/[AzZbBNR]/y)
    if (anchor !== undefined) return anchors[anchor[0]]
    const number = scanner.take(/([1-9]\d*)|g\{?(-?\d+)\}?/y)
    if (number !== undefined) return this.#backreference(Number(number[1] ?? number[2]))
    const name = scanner.take(/[kg](?:\{(\w+)\}|<(\w+)>|'(\w+)')/y)
    if (name !== undefined) return `\\k<${name[1] ?? name[2] ?? name[3]}>`
    const escape = readEscape(scanner)
    if (escape === undefined) throw invalidRegex('unrecognized character follows \\')
    return 'set' in escape ? `[${escape.set}]` : writeLiteral(escape.character)
  }

  /** The brackets keep a digit that follows from becoming part of the number. */
  #backreference (number: number): string {
    return `(?:\\${number < 0 ? this.#groups + 1 + number : number})`
  }

  #openGroup (): string {
    const scanner = this.#scanner
    if (scanner.take(/\?#[^)]*\)/y) !== undefined) return ''
    const reference = scanner.take(/\?P=(\w+)\)/y)
    if (reference !== undefined) return `\\k<${reference[1]}>`
    const inline = scanner.take(/\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y)
    if (inline !== undefined) return this.#inlineOptions(inline)
    this.#open()
    const assertion = scanner.take(/\?(?:=|!|<=|<!)/y)
    if (assertion !== undefined) return `(${assertion[0]}`
    if (scanner.take(/\*|\?(?!P?<\w|'\w)/y) !== undefined) throw unsupported('atomic groups, recursion, conditions and verbs')
    const name = scanner.take(/\?(?:P?<(\w+)>|'(\w+)')/y)
    this.#groups++
    return name === undefined ? '(' : `(?<${name[1] ?? name[2]}>`
  }

  #open (): void {
    if (this.#outer.push(this.#options) > MAX_NESTING) throw invalidRegex('parentheses are too deeply nested')
  }

  #closeGroup (): string {
    const options = this.#outer.pop()
    if (options === undefined) throw invalidRegex('unmatched closing parenthesis')
    this.#options = options
    return ')'
  }

  /** `(?im-s)` holds to the end of the group it stands in, `(?im-s:` for a group of its own. */
  #inlineOptions ([, on, off = '', end]: RegExpExecArray): string {
    if (end === ':') this.#open()
    this.#switchCase(on.includes('i'), off.includes('i'))
    const value = (letter: string, before: boolean): boolean => off.includes(letter) ? false : on.includes(letter) || before
    const unknown = /[^imsx]/.exec(on + off)
    if (unknown !== null) throw unsupported(`the inline option '${unknown[0]}'`)
    const { multiline, dotAll, extended } = this.#options
    this.#options = { multiline: value('m', multiline), dotAll: value('s', dotAll), extended: value('x', extended) }
    return end === ':' ? '(?:' : ''
  }

  /** JavaScript ignores the case in all of a pattern or nowhere, so it is switched before anything has been written. */
  #switchCase (on: boolean, off: boolean): void {
    const wanted = off ? false : on || this.ignoreCase
    if (wanted === this.ignoreCase) return
    if (this.#output !== '' || this.#outer.length > 0) throw unsupported('switching the case option behind the start of a pattern')
    this.ignoreCase = wanted
  }
}

const anchors: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: END,
  b: '\\b',
  B: '\\B',
  N: '[^\\n]',
  R: LINE_BREAK
}

function unsupported (feature: string): Error {
  return invalidRegex(`this server does not support ${feature}`)
}
