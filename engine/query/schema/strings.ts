import { BsonType, stringOf, type Value } from '../../bson/value.js'
import { Pattern } from '../regex/pattern.js'
import { readCount, wrongOperand } from './operands.js'
import { simpleRule, type ParseKeyword, type Rule } from './rule.js'

/** `pattern`, `maxLength` and `minLength`; a length is in code points. */
export const stringKeywords: Readonly<Record<string, ParseKeyword>> = {
  pattern: parsePattern,
  maxLength: (operand, keyword) => parseLength(operand, keyword, (length, limit) => length <= limit),
  minLength: (operand, keyword) => parseLength(operand, keyword, (length, limit) => length >= limit)
}

function parsePattern (operand: Value, keyword: string): Rule {
  if (operand.type !== BsonType.string) throw wrongOperand(keyword, 'must be a string')
  const expression = new Pattern(stringOf(operand))
  return simpleRule(keyword, { [keyword]: operand }, 'regular expression did not match', (value) =>
    value.type !== BsonType.string || expression.test(stringOf(value)))
}

function parseLength (operand: Value, keyword: string, isWithin: (length: number, limit: number) => boolean): Rule {
  const limit = readCount(keyword, operand)
  return simpleRule(keyword, { [keyword]: operand }, 'specified string length was not satisfied', (value) =>
    value.type !== BsonType.string || isWithin(codePoints(value), limit))
}

/** Every byte of UTF-8 begins a code point, but those that go on with one. */
function codePoints ({ bytes, start, end }: Value): number {
  let count = 0
  for (let at = start + 4; at < end - 1; at++) {
    if ((bytes[at] & 0xc0) !== 0x80) count++
  }
  return count
}
