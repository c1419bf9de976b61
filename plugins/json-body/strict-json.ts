import { isUtf8 } from 'node:buffer'
import { forbiddenKey, pointerTo, reachesPrototype, tooDeep, tooWide } from '../../src/document-rules.js'
import { problem, type Problem } from '../../src/errors.js'
import { numberFlaw } from './number.js'

export interface JsonLimits { jsonDepthLevels: number, jsonKeys: number }

const [quote, backslash, comma, colon, minus, zero, nine] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x30, 0x39]
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d]

/**
 * The value of a JSON text (RFC 8259) that can be kept exactly; anything else is a problem that points at the
 * place. JSON.parse makes the value, and one linear pass over the text finds what it would repair in silence.
 */
export function readJson (bytes: Buffer, limits: JsonLimits): unknown {
  const text = bytes.toString()
  const value = parse(text)
  const flaw = isUtf8(bytes) ? new Inspector(text, limits).flaw() : invalidUtf8(bytes, text)
  if (flaw) throw flaw
  return value
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed('', 'SYNTAX', text === '' ? 'The body is empty.' : `The body is not JSON: ${(error as Error).message}`)
  }
}

function malformed (pointer: string, code: string, detail: string): Problem {
  return problem('MALFORMED_JSON', { detail, errors: [{ pointer, detail, code }] })
}

/** The first byte that changes when the text is encoded again is the first that is not UTF-8. */
function invalidUtf8 (bytes: Buffer, text: string): Problem {
  const again = Buffer.from(text)
  const offset = bytes.findIndex((byte, index) => byte !== again[index])
  const characters = bytes.toString('utf8', 0, offset).length
  const pointer = new Inspector(text, { jsonDepthLevels: Infinity, jsonKeys: Infinity }).pointerAt(characters)
  return malformed(pointer, 'INVALID_UTF8', 'The body is not valid UTF-8.')
}

/** An open object or array: its keys so far (objects only), and the key or index that is being read. */
interface Frame { keys: Set<string> | undefined, step: string | number, expectsKey: boolean }

/** One pass over a text that JSON.parse has accepted, which is why nothing here checks its syntax. */
class Inspector {
  readonly #text: string
  readonly #limits: JsonLimits
  readonly #frames: Frame[] = []
  #frame: Frame | undefined
  #keys = 0
  #at = 0

  constructor (text: string, limits: JsonLimits) {
    this.#text = text
    this.#limits = limits
  }

  flaw (): Problem | undefined {
    for (; this.#at < this.#text.length; this.#at++) {
      const flaw = this.#token(this.#text.charCodeAt(this.#at))
      if (flaw) return flaw
    }
    return undefined
  }

  /** The pointer to the string, key or other value that holds the character at `offset`. */
  pointerAt (offset: number): string {
    for (; this.#at <= offset; this.#at++) this.#token(this.#text.charCodeAt(this.#at))
    return this.#pointer()
  }

  #token (character: number): Problem | undefined {
    if (character === quote) return this.#string()
    if (character === minus || isDigit(character)) return this.#number()
    if (character === openObject || character === openArray) return this.#open(character === openObject)
    if (character === closeObject || character === closeArray) this.#close()
    else if (character === comma) this.#next()
    else if (character === colon && this.#frame) this.#frame.expectsKey = false
    return undefined
  }

  #open (isObject: boolean): Problem | undefined {
    if (this.#frames.length === this.#limits.jsonDepthLevels) return tooDeep(this.#pointer(), this.#limits.jsonDepthLevels)
    this.#frame = { keys: isObject ? new Set() : undefined, step: isObject ? '' : 0, expectsKey: isObject }
    this.#frames.push(this.#frame)
    return undefined
  }

  #close (): void {
    this.#frames.pop()
    this.#frame = this.#frames.at(-1)
  }

  #next (): void {
    if (typeof this.#frame?.step === 'number') this.#frame.step++
    else if (this.#frame) this.#frame.expectsKey = true
  }

  #string (): Problem | undefined {
    const start = this.#at
    const end = this.#at = closingQuote(this.#text, start)
    const literal = this.#text.slice(start, end + 1)
    const isEscaped = literal.includes('\\')
    const string = isEscaped ? JSON.parse(literal) as string : literal.slice(1, -1)
    const flaw = this.#frame?.expectsKey ? this.#key(this.#frame, string) : undefined
    // UTF-8 has no surrogates, so that only an escape can have brought one.
    return flaw ?? (isEscaped && !string.isWellFormed() ? malformed(this.#pointer(), 'LONE_SURROGATE', 'Half of a surrogate pair is not a character.') : undefined)
  }

  #key (frame: Frame, key: string): Problem | undefined {
    frame.step = key
    if (frame.keys?.has(key)) return malformed(this.#pointer(), 'DUPLICATE_KEY', 'The object has this key more than once.')
    frame.keys?.add(key)
    if (++this.#keys > this.#limits.jsonKeys) return tooWide(this.#pointer(), this.#limits.jsonKeys)
    return reachesPrototype(key, this.#frames.at(-2)?.step) ? forbiddenKey(this.#pointer()) : undefined
  }

  #number (): Problem | undefined {
    const start = this.#at
    while (isNumberPart(this.#text.charCodeAt(this.#at + 1))) this.#at++
    const flaw = numberFlaw(this.#text.slice(start, this.#at + 1))
    return flaw && malformed(this.#pointer(), flaw.code, flaw.detail)
  }

  #pointer (): string {
    return pointerTo(this.#frames.map(({ step }) => step))
  }
}

function closingQuote (text: string, opening: number): number {
  let at = opening + 1
  for (let character = text.charCodeAt(at); character !== quote; character = text.charCodeAt(at)) {
    at += character === backslash ? 2 : 1
  }
  return at
}

function isDigit (character: number): boolean {
  return character >= zero && character <= nine
}

/** `0-9 . e E + -` */
function isNumberPart (character: number): boolean {
  return isDigit(character) || character === 0x2e || (character | 0x20) === 0x65 || character === 0x2b || character === minus
}
