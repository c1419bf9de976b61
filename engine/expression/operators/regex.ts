import { int32Value } from '../../bson/number.js'
import { boolValue, FALSE, NULL, stringValue } from '../../bson/scalar.js'
import { arrayValue, BsonType, isDocument, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { readRegex } from '../../query/filter/regex.js'
import { Pattern } from '../../query/regex/pattern.js'
import { arrayOf, documentOf } from '../construct.js'
import type { Operand } from '../evaluation.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import type { Operators, ParseOperator } from '../operator.js'

export const regexOperators: Operators = {
  $regexFind: searching(NULL, (text, regex) => {
    const [found] = matchesIn(text, regex)
    return found ?? NULL
  }),
  $regexFindAll: searching(arrayValue([]), (text, regex) => arrayOf([...matchesIn(text, regex)])),
  $regexMatch: searching(FALSE, (text, regex) => boolValue(regex.test(text)))
}

/** @param nothing the result when there is no text or no expression */
function searching (nothing: Value, search: (text: string, regex: Pattern) => Value): ParseOperator {
  return ({ name, operand, parse }) => {
    if (!isDocument(operand)) throw new EngineError(51103, `${name} expects an object of named arguments but found: ${typeName(operand)}`)
    const members = readMembers(operand, ['input', 'regex', 'options'], (unknown) => new EngineError(31024, `${name} found an unknown argument: ${unknown}`))
    const input = parse(required(members, 'input', 31022, `${name} requires 'input' parameter`))
    const regex = parse(required(members, 'regex', 31023, `${name} requires 'regex' parameter`))
    const options = optional(members, 'options', parse)
    const compile = compiler(name)
    return {
      isConstant: input.isConstant && regex.isConstant && (options?.isConstant ?? true),
      evaluate (context) {
        const text = input.evaluate(context)
        if (!isNullish(text) && text.type !== BsonType.string) throw new EngineError(51104, `${name} needs 'input' to be of type string`)
        const expression = compile(regex.evaluate(context), options?.evaluate(context))
        return isNullish(text) || expression === undefined ? nothing : search(stringOf(text), expression)
      }
    }
  }
}

/** Compiles a pattern, and keeps the last one: nearly always they are all the same. */
function compiler (name: string): (regex: Operand, options: Operand) => Pattern | undefined {
  let last: { pattern: string, options: string, regex: Pattern } | undefined
  return (operand, given) => {
    if (!isNullish(given) && given.type !== BsonType.string) throw new EngineError(51106, `${name} needs 'options' to be of type string`)
    if (isNullish(operand)) return undefined
    const { pattern, options } = readPattern(name, operand, isNullish(given) ? '' : stringOf(given))
    if (last?.pattern !== pattern || last.options !== options) last = { pattern, options, regex: translated(name, pattern, options) }
    return last.regex
  }
}

function readPattern (name: string, operand: Value, given: string): { pattern: string, options: string } {
  if (operand.type !== BsonType.string && operand.type !== BsonType.regex) {
    throw new EngineError(51105, `${name} needs 'regex' to be of type string or regex`)
  }
  const { pattern, options } = operand.type === BsonType.regex ? readRegex(operand) : { pattern: stringOf(operand), options: '' }
  if (options !== '' && given !== '') throw new EngineError(51107, `${name}: found regex option(s) specified in both 'regex' and 'option' fields`)
  if (pattern.includes('\0')) throw new EngineError(51109, `${name}: regular expression cannot contain an embedded null byte`)
  return { pattern, options: options + given }
}

function translated (name: string, pattern: string, options: string): Pattern {
  const unknown = /[^imsxu]/.exec(options)
  if (unknown !== null) throw new EngineError(51108, `${name}: invalid flag in regex options: ${unknown[0]}`)
  return new Pattern(pattern, options)
}

/** The matches as documents; their places are counted in code points. */
function * matchesIn (text: string, regex: Pattern): Generator<Value> {
  let [counted, points] = [0, 0]
  for (const found of regex.findAll(text)) {
    points += [...text.slice(counted, found.index)].length
    counted = found.index
    yield documentOf([
      ['match', stringValue(found.text)],
      ['idx', int32Value(points)],
      ['captures', arrayOf(found.captures.map((capture) => capture === undefined ? NULL : stringValue(capture)))]
    ])
  }
}
