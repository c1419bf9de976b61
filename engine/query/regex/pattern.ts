import { invalidRegex } from './scanner.js'
import { Search, type Found } from './search.js'
import { readSyntaxTree } from './syntax-tree.js'
import { translate } from './translate.js'

/** As translate.ts writes it. */
const LEADING_DOTS = /^\[\^(?:\\n)?\]\*\??/

/** A regular expression of MongoDB, and the only way to run one: whatever the pattern, its searches end (search.ts). */
export class Pattern {
  readonly #search: Search
  /** For `test`: whether there is a match does not depend on a leading `.*`, which would be tried from every place. */
  readonly #tail: Search

  /** @throws {EngineError} 51091 for a pattern that PCRE does not take, or that it takes and this engine does not */
  constructor (pattern: string, options = '') {
    const { source, ignoreCase } = translate(pattern, options)
    const tail = source.replace(LEADING_DOTS, '')
    try {
      this.#search = new Search(source, ignoreCase)
      this.#tail = tail === source || readSyntaxTree(source).root.kind === 'choice' ? this.#search : new Search(tail, ignoreCase)
    } catch (error) {
      throw invalidRegex(error instanceof Error ? error.message.replace(/^.*: /s, '') : 'it cannot be compiled')
    }
  }

  /** @throws {EngineError} 51156, as all searches, when it would take too many steps */
  test (text: string): boolean {
    return this.#tail.test(text)
  }

  /** All matches, one behind the other. */
  * findAll (text: string): Generator<Found, void> {
    for (let from = 0; from <= text.length;) {
      const found = this.#search.find(text, from)
      if (found === undefined) return
      yield found
      const end = found.index + found.text.length
      from = found.text === '' ? end + (text.codePointAt(end)! > 0xffff ? 2 : 1) : end
    }
  }
}
