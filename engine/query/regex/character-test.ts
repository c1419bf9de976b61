/** Whether a character, given by its code point, is the one or one of those that a part of a pattern stands for. */
export type CharacterTest = (codePoint: number) => boolean

const REMEMBERED = 256

/** Asks JavaScript's own regular expressions about single characters, so that classes, Unicode and cases mean the same here and there. */
export class CharacterTests {
  readonly #flags: string
  readonly #tests = new Map<string, CharacterTest>()

  constructor (ignoreCase: boolean) {
    this.#flags = ignoreCase ? 'iu' : 'u'
  }

  /** @param source a character, an escape or a class as JavaScript writes it */
  of (source: string): CharacterTest {
    const known = this.#tests.get(source)
    if (known !== undefined) return known
    const test = remembering(new RegExp(`^${source}$`, this.#flags))
    this.#tests.set(source, test)
    return test
  }
}

function remembering (expression: RegExp): CharacterTest {
  const ask: CharacterTest = (codePoint) => expression.test(String.fromCodePoint(codePoint))
  const answers = Array.from<boolean | undefined>({ length: REMEMBERED })
  return (codePoint) => codePoint < REMEMBERED ? (answers[codePoint] ??= ask(codePoint)) : ask(codePoint)
}

/** Whether two characters differ by nothing but their case. */
export function sameCharacter (one: string, other: string, ignoreCase: boolean): boolean {
  return one === other || (ignoreCase && /^([^])\1$/iu.test(one + other))
}
