import { describe } from '../../bson/describe.js'
import { int32Value, isNumber, truncatedInteger } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { BsonType, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { arrayOf, textOf } from '../construct.js'
import type { Operand } from '../evaluation.js'
import { checkBytes } from '../limits.js'
import { isNullish, typeName } from '../operand.js'
import { between, binary, exactly, unary, variadic, type Operators } from '../operator.js'
import { coerceToText } from '../text.js'
import { bound, int32Of } from './array.js'

export const stringOperators: Operators = {
  $concat: variadic(concatenate),
  $indexOfBytes: between(2, 4, ([text, token, ...bounds], name) => indexOf(text, token, bounds, name, [40091, 40092], bytesOf)),
  $indexOfCP: between(2, 4, ([text, token, ...bounds], name) => indexOf(text, token, bounds, name, [40093, 40094], codePointsOf)),
  $split: binary(split),
  $strLenBytes: unary((text) => int32Value(Buffer.byteLength(asText(text, 34473, '$strLenBytes requires a string argument, found: ')))),
  $strLenCP: unary((text) => int32Value([...asText(text, 34471, '$strLenCP requires a string argument, found: ')].length)),
  $strcasecmp: binary((left, right) => int32Value(Math.sign(Buffer.compare(Buffer.from(upper(coerceToText(left))), Buffer.from(upper(coerceToText(right))))))),
  $substr: exactly(3, substringOfBytes),
  $substrBytes: exactly(3, substringOfBytes),
  $substrCP: exactly(3, substringOfCodePoints),
  $toLower: unary((text) => textOf(lower(coerceToText(text)))),
  $toUpper: unary((text) => textOf(upper(coerceToText(text))))
}

/** Only the letters of ASCII have a case for MongoDB. */
function lower (text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function upper (text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}

function concatenate (operands: readonly Operand[]): Value {
  let text = ''
  for (const operand of operands) {
    if (isNullish(operand)) return NULL
    if (operand.type !== BsonType.string) throw new EngineError(16702, `$concat only supports strings, not ${typeName(operand)}`)
    text += stringOf(operand)
    checkBytes(text.length)
  }
  return textOf(text)
}

function split (text: Operand, separator: Operand): Value {
  if (isNullish(text) || isNullish(separator)) return NULL
  const whole = asText(text, 40085, '$split requires an expression that evaluates to a string as a first argument, found: ')
  const between = asText(separator, 40086, '$split requires an expression that evaluates to a string as a second argument, found: ')
  if (between === '') throw new EngineError(40087, '$split requires a non-empty separator')
  return arrayOf(whole.split(between).map(textOf))
}

/** What text is counted in: bytes or code points, and how the place of a match is found among them. */
type Units = (text: string) => { readonly length: number, find (token: string, from: number, to: number): number }

function bytesOf (text: string): ReturnType<Units> {
  const bytes = Buffer.from(text)
  return { length: bytes.length, find: (token, from, to) => bytes.subarray(0, to).indexOf(token, from) }
}

function codePointsOf (text: string): ReturnType<Units> {
  const points = [...text]
  return {
    length: points.length,
    find (token, from, to) {
      const found = points.slice(from, to).join('').indexOf(token)
      return found === -1 ? -1 : from + [...points.slice(from, to).join('').slice(0, found)].length
    }
  }
}

function indexOf (text: Operand, token: Operand, [start, end]: readonly Operand[], name: string, [first, second]: readonly [number, number], units: Units): Value {
  if (isNullish(text)) return NULL
  const { length, find } = units(asText(text, first, `${name} requires a string as the first argument, found: `))
  const wanted = asText(token, second, `${name} requires a string as the second argument, found: `)
  const from = bound(start, 0, name, 'starting')
  const to = Math.min(bound(end, length, name, 'ending'), length)
  return int32Value(from > to ? -1 : find(wanted, from, to))
}

/** A negative length means the rest of the text. */
function substringOfBytes ([operand, start, length]: readonly Operand[], name: string): Value {
  const bytes = Buffer.from(coerceToText(operand))
  const from = asInteger(start, 16034, `${name}:  starting index must be a numeric type (is BSON type ${typeName(start)})`)
  const count = asInteger(length, 16035, `${name}:  length must be a numeric type (is BSON type ${typeName(length)})`)
  if (from < 0) throw new EngineError(50752, `${name}:  starting index must be non-negative (got: ${from})`)
  const to = count < 0 ? bytes.length : Math.min(from + count, bytes.length)
  if (isContinuation(bytes[from])) throw new EngineError(28656, `${name}:  Invalid range, starting index is a UTF-8 continuation byte.`)
  if (isContinuation(bytes[to])) throw new EngineError(28657, `${name}:  Invalid range, ending index is in the middle of a UTF-8 character.`)
  return textOf(bytes.toString('utf8', from, to))
}

/** Whether a byte goes on with a character that began before it. */
function isContinuation (byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

function asInteger (operand: Operand, code: number, message: string): number {
  if (operand === undefined || !isNumber(operand)) throw new EngineError(code, message)
  return Number(truncatedInteger(operand) ?? 0n)
}

function substringOfCodePoints ([operand, start, length]: readonly Operand[], name: string): Value {
  const from = codePointIndex(start, name, 'starting index', [34450, 34451])
  const count = codePointIndex(length, name, 'length', [34452, 34453])
  if (count < 0) throw new EngineError(34454, `${name}: length must be a nonnegative integer.`)
  if (from < 0) throw new EngineError(34455, `${name}: the starting index must be nonnegative integer.`)
  return textOf([...coerceToText(operand)].slice(from, from + count).join(''))
}

function codePointIndex (operand: Operand, name: string, which: string, [notNumber, notInteger]: readonly [number, number]): number {
  if (operand === undefined || !isNumber(operand)) throw new EngineError(notNumber, `${name}: ${which} must be a numeric type (is BSON type ${typeName(operand)})`)
  const integer = int32Of(operand)
  if (integer === undefined) throw new EngineError(notInteger, `${name}: ${which} cannot be represented as a 32-bit integral value: ${describe(operand)}`)
  return integer
}

/** @throws {EngineError} with the type's name behind the message for a value that is no string */
export function asText (operand: Operand, code: number, message: string): string {
  if (operand?.type !== BsonType.string) throw new EngineError(code, message + typeName(operand))
  return stringOf(operand)
}
