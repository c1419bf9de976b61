import { NULL } from '../../bson/scalar.js'
import { describe } from '../../bson/describe.js'
import { BsonType, isDocument, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { textOf } from '../construct.js'
import type { Expression, Operand } from '../evaluation.js'
import { checkBytes } from '../limits.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import type { Operators, ParseOperator } from '../operator.js'
import { asText } from './string.js'

export const stringChangeOperators: Operators = {
  $ltrim: trim('start'),
  $replaceAll: replace(replaceAll),
  $replaceOne: replace((text, find, replacement) => text.replace(find, () => replacement)),
  $rtrim: trim('end'),
  $trim: trim('start', 'end')
}

/** What is trimmed when nothing else is asked for: the zero character and Unicode's white space, as the manual lists it. */
const WHITE_SPACE = new Set('\0\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a')

function trim (...ends: ReadonlyArray<'start' | 'end'>): ParseOperator {
  return ({ name, operand, parse }) => {
    if (!isDocument(operand)) throw new EngineError(50696, `${name} only supports an object as an argument, found ${typeName(operand)}`)
    const members = readMembers(operand, ['input', 'chars'], (unknown) => new EngineError(50694, `${name} found an unknown argument: ${unknown}`))
    const input = parse(required(members, 'input', 50695, `${name} requires an 'input' field`))
    const chars = optional(members, 'chars', parse)
    return {
      isConstant: input.isConstant && (chars?.isConstant ?? true),
      evaluate (context) {
        const text = input.evaluate(context)
        if (isNullish(text)) return NULL
        const trimmed = readText(text, 50699, `${name} requires its input to be a string, got`)
        const set = chars?.evaluate(context)
        if (chars !== undefined && isNullish(set)) return NULL
        return textOf(trimmedOf(trimmed, set === undefined ? WHITE_SPACE : new Set(readText(set, 50700, `${name} requires 'chars' to be a string, got`)), ends))
      }
    }
  }
}

function readText (operand: Value, code: number, message: string): string {
  if (operand.type !== BsonType.string) throw new EngineError(code, `${message} ${describe(operand)} (of type ${typeName(operand)}) instead.`)
  return stringOf(operand)
}

function trimmedOf (text: string, trimmed: ReadonlySet<string>, ends: ReadonlyArray<'start' | 'end'>): string {
  const points = [...text]
  let [from, to] = [0, points.length]
  if (ends.includes('start')) while (from < to && trimmed.has(points[from])) from++
  if (ends.includes('end')) while (to > from && trimmed.has(points[to - 1])) to--
  return points.slice(from, to).join('')
}

function replace (apply: (text: string, find: string, replacement: string) => string): ParseOperator {
  return ({ name, operand, parse }) => {
    if (!isDocument(operand)) throw new EngineError(51751, `${name} requires an object as an argument, found: ${typeName(operand)}`)
    const members = readMembers(operand, ['input', 'find', 'replacement'], (unknown) => new EngineError(51750, `${name} found an unknown argument: ${unknown}`))
    const read = (member: string, code: number): Expression => parse(required(members, member, code, `${name} requires '${member}' to be specified`))
    const parts = [read('input', 51749), read('find', 51748), read('replacement', 51747)]
    return {
      isConstant: parts.every(({ isConstant }) => isConstant),
      evaluate (context) {
        const operands = parts.map((part) => part.evaluate(context))
        const [text, find, replacement] = operands.map((operand, at) => isNullish(operand) ? '' : checkText(operand, at, name))
        return operands.some(isNullish) ? NULL : textOf(apply(text, find, replacement))
      }
    }
  }
}

const REPLACE_ERRORS = [['input', 51746], ['find', 51745], ['replacement', 51744]] as const

function checkText (operand: Operand, at: number, name: string): string {
  const [member, code] = REPLACE_ERRORS[at]
  return asText(operand, code, `${name} requires that '${member}' be a string, found: `)
}

/** An empty text to find is found around every character. */
function replaceAll (text: string, find: string, replacement: string): string {
  const parts = find === '' ? ['', ...text, ''] : text.split(find)
  checkBytes(text.length + parts.length * replacement.length)
  return parts.join(replacement)
}
