import { BsonType, findField, payload, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { Pattern } from '../regex/pattern.js'
import { invalidRegex } from '../regex/scanner.js'
import type { FilterNode } from './node.js'
import type { Operation, ParseOperator } from './operator.js'

/** `$regex` with `$options`, and the regular expressions that stand for themselves, as in `{ a: /^x/ }`. */
export const regexOperators: Readonly<Record<string, ParseOperator>> = {
  $regex: parseRegex,
  $options: parseOptions
}

/** The longest pattern that MongoDB takes, in bytes. */
const MAX_PATTERN_BYTES = 32764

/** The condition of a plain regular expression. */
export function regexNode (path: string, operand: Value): FilterNode {
  return { kind: 'path', path, tests: [{ operator: '$regex', operand, leaf: 'elements', matches: regexMatches(operand) }] }
}

/** Whether text contains a match, or a stored regular expression is the very same. */
export function regexMatches (operand: Value): (value: Value | undefined) => boolean {
  const { pattern, options } = readRegex(operand)
  checkOptions(options)
  if (Buffer.byteLength(pattern) > MAX_PATTERN_BYTES) throw invalidRegex('regular expression is too large')
  const expression = new Pattern(pattern, options)
  return (value) => {
    if (value === undefined) return false
    if (value.type === BsonType.string || value.type === BsonType.symbol) return expression.test(stringOf(value))
    return value.type === BsonType.regex && payload(value).equals(payload(operand))
  }
}

/** The pattern and the options of a regular expression value. */
export function readRegex (value: Value): { pattern: string, options: string } {
  const [pattern, options] = payload(value).toString('utf8').split('\0')
  return { pattern, options }
}

function parseRegex ({ path, operand, siblings }: Operation): FilterNode {
  const given = findField(siblings, '$options')
  if (operand.type === BsonType.regex && given === undefined) return regexNode(path, operand)
  const { pattern, options } = readOperand(operand)
  if (pattern.includes('\0')) throw new EngineError('BadValue', 'Regular expression cannot contain an embedded null byte')
  if (given !== undefined && options !== '') throw new EngineError(51075, 'options set in both $regex and $options')
  return regexNode(path, regexValue(pattern, given === undefined ? options : readOptions(given)))
}

/** `$options` only qualifies the `$regex` next to it. */
function parseOptions ({ siblings }: Operation): undefined {
  if (findField(siblings, '$regex') === undefined) throw new EngineError('BadValue', '$options needs a $regex')
}

function readOperand (operand: Value): { pattern: string, options: string } {
  if (operand.type === BsonType.regex) return readRegex(operand)
  if (operand.type !== BsonType.string) throw new EngineError('BadValue', '$regex has to be a string')
  return { pattern: stringOf(operand), options: '' }
}

function readOptions (value: Value): string {
  if (value.type !== BsonType.string) throw new EngineError('BadValue', '$options has to be a string')
  return stringOf(value)
}

function checkOptions (options: string): void {
  const unknown = /[^imsxu]/.exec(options)
  if (unknown !== null) throw new EngineError(51108, `invalid flag in regex options: ${unknown[0]}`)
}

function regexValue (pattern: string, options: string): Value {
  const bytes = Buffer.from(`${pattern}\0${options}\0`)
  return { type: BsonType.regex, bytes, start: 0, end: bytes.length }
}
