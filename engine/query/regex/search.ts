import { EngineError } from '../../errors.js'
import { spend, stepsFor } from '../../stretch.js'
import { Machine, MatchLimitError } from './machine.js'
import { compileProgram, type Program } from './program.js'
import { mostSteps } from './steps.js'
import { readSyntaxTree, type SyntaxTree } from './syntax-tree.js'

export interface Found {
  /** In UTF-16 units. */
  readonly index: number
  readonly text: string
  readonly captures: ReadonlyArray<string | undefined>
}

/** What V8 does in at most about 0.1 s. */
const PROVEN_STEPS = 2e7
/** What the machine does in somewhat less; PCRE2 allows 10,000,000 of its own steps by default. */
const COUNTED_STEPS = 2e6
/** So that a long text can be looked through, by either. */
const STEPS_PER_UNIT = 16

/**
 * A search that ends: V8 matches where the pattern and the length of the text prove that it will not take long, and a
 * machine that counts its steps where they do not. Both find the same. All throw 51156 for what would take too many steps.
 */
export class Search {
  readonly #expression: RegExp
  readonly #tree: SyntaxTree
  #program: Program | undefined
  /** The longest text that has been proven cheap. */
  #cheapLength = -1

  /** @throws {SyntaxError} for what is no regular expression of JavaScript, or is too large for it */
  constructor (source: string, ignoreCase: boolean) {
    this.#expression = new RegExp(source, ignoreCase ? 'giu' : 'gu')
    this.#tree = readSyntaxTree(source)
    // Only the first use compiles it, which is when a pattern turns out to be too large.
    if (this.#isCheap(0)) this.#expression.test('')
  }

  test (text: string): boolean {
    spend(stepsFor(text.length))
    if (!this.#isCheap(text.length)) return this.#count(text, 0) !== undefined
    this.#expression.lastIndex = 0
    return this.#expression.test(text)
  }

  /** The first match at a place or behind. */
  find (text: string, from: number): Found | undefined {
    spend(stepsFor(text.length - from))
    if (!this.#isCheap(text.length)) return this.#count(text, from)
    this.#expression.lastIndex = from
    const found = this.#expression.exec(text)
    return found === null ? undefined : { index: found.index, text: found[0], captures: found.slice(1) }
  }

  #isCheap (length: number): boolean {
    if (length <= this.#cheapLength) return true
    const isCheap = mostSteps(this.#tree.root, length) <= PROVEN_STEPS + STEPS_PER_UNIT * length
    if (isCheap) this.#cheapLength = length
    return isCheap
  }

  #count (text: string, from: number): Found | undefined {
    this.#program ??= compileProgram(this.#tree, this.#expression.ignoreCase)
    try {
      const found = new Machine(this.#program, text, COUNTED_STEPS + STEPS_PER_UNIT * text.length).find(from)
      return found && { index: found.index, text: found.texts[0]!, captures: found.texts.slice(1) }
    } catch (error) {
      if (!(error instanceof MatchLimitError)) throw error
      throw new EngineError(51156, `Error occurred while executing the regular expression. Result code: ${error.message}`)
    }
  }
}
