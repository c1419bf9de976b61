import { EngineError } from '../../errors.js'

/** Reads a pattern from left to right, by whole code points. */
export class Scanner {
  at = 0
  readonly #text: string

  constructor (text: string) {
    this.#text = text
  }

  get done (): boolean {
    return this.at >= this.#text.length
  }

  /** Takes what a sticky regular expression (flag `y`) finds right here. */
  take (token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.at
    const found = token.exec(this.#text) ?? undefined
    if (found !== undefined) this.at = token.lastIndex
    return found
  }

  /** Takes one character; there must be one. */
  character (): string {
    const code = this.#text.codePointAt(this.at)
    if (code === undefined) throw invalidRegex('pattern ends too early')
    const character = String.fromCodePoint(code)
    this.at += character.length
    return character
  }
}

export function invalidRegex (reason: string): EngineError {
  return new EngineError(51091, `Regular expression is invalid: ${reason}`)
}
