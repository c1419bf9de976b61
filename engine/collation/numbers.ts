/** ICU reads numbers of more digits as several ("numeric" of UTS #35; `appendNumericCEs`). */
const MOST_DIGITS = 254

/** Ignored at every strength, so that it is in no folded text: a number between two is told from the same digits of another kind, such as `①`. */
const MARK = '\u0001'

/** The numbers in texts, for orders in which `a2` is before `a10`: all digits next to each other are one, in whatever script. */
export class Numbers {
  readonly #digits: ReadonlyMap<string, string>
  readonly #runs: RegExp

  /** @param zeros those of all scripts; behind each of them are the other nine digits */
  constructor (zeros: string) {
    const codes = [...zeros].map((zero) => zero.codePointAt(0)!)
    this.#digits = new Map(codes.flatMap((code) => Array.from({ length: 10 }, (_, value) => [String.fromCodePoint(code + value), String(value)])))
    this.#runs = new RegExp(`[${codes.map((code) => `${String.fromCodePoint(code)}-${String.fromCodePoint(code + 9)}`).join('')}]+`, 'gu')
  }

  /** The same for texts that have the same numbers at the same places, and whose other parts are folded alike. */
  fold (text: string, foldOther: (part: string) => string): string {
    let folded = ''
    let end = 0
    for (const { 0: run, index } of text.matchAll(this.#runs)) {
      folded += foldOther(text.slice(end, index)) + this.#foldRun(run)
      end = index + run.length
    }
    return folded + foldOther(text.slice(end))
  }

  #foldRun (run: string): string {
    const digits = [...run].map((digit) => this.#digits.get(digit)).join('')
    let folded = ''
    for (let at = 0; at < digits.length; at += MOST_DIGITS) {
      while (at < digits.length - 1 && digits[at] === '0') at++
      folded += MARK + digits.slice(at, at + MOST_DIGITS) + MARK
    }
    return folded
  }
}
