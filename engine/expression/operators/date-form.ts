import { describe } from '../../bson/describe.js'
import { int32Value, isNumber, wholeNumber } from '../../bson/number.js'
import { dateValue, NULL } from '../../bson/scalar.js'
import { BsonType, boolOf, isDocument, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { constant } from '../constant.js'
import { documentOf, textOf } from '../construct.js'
import { dateOf, momentFrom, zoneOf } from '../date/arguments.js'
import { DAY, isoWeekOf, localTime, partsOf, startOfIsoWeek } from '../date/calendar.js'
import { checkFormat, formatDate } from '../date/format.js'
import { parseDate, parseFormat, parseFormattedDate } from '../date/parse-date.js'
import { momentOf } from '../date/zone.js'
import type { EvaluationContext, Expression, Operand } from '../evaluation.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import type { Operation, Operators } from '../operator.js'
import { orElse } from './type.js'

/** Dates from and to text and parts. */
export const dateFormOperators: Operators = {
  $dateFromParts: parseDateFromParts,
  $dateFromString: parseDateFromString,
  $dateToParts: parseDateToParts,
  $dateToString: parseDateToString
}

function allConstant (...parts: ReadonlyArray<Expression | undefined>): boolean {
  return parts.every((part) => part?.isConstant ?? true)
}

function parseDateToString ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(18629, '$dateToString only supports an object as its argument')
  const members = readMembers(operand, ['date', 'format', 'timezone', 'onNull'], (name) => new EngineError(18534, `Unrecognized argument to $dateToString: ${name}`))
  const date = parse(required(members, 'date', 18628, "Missing 'date' parameter to $dateToString"))
  const format = optional(members, 'format', parse)
  const timezone = optional(members, 'timezone', parse)
  const onNull = optional(members, 'onNull', parse)
  return {
    isConstant: allConstant(date, format, timezone, onNull),
    evaluate (context) {
      const text = format && readFormat('$dateToString', 18533, format.evaluate(context))
      if (text !== undefined) checkFormat(text)
      const zone = zoneOf(timezone, context)
      const value = date.evaluate(context)
      if (isNullish(value)) return onNull === undefined ? NULL : onNull.evaluate(context)
      if (zone === undefined || (format !== undefined && text === undefined)) return NULL
      return textOf(formatDate(momentFrom(value), text ?? `%Y-%m-%dT%H:%M:%S.%L${zone.isUtc ? 'Z' : ''}`, zone))
    }
  }
}

function readFormat (name: string, code: number, format: Operand): string | undefined {
  if (isNullish(format)) return undefined
  if (format.type === BsonType.string) return stringOf(format)
  throw new EngineError(code, `${name} requires that 'format' be a string, found: ${typeName(format)} with value ${describe(format)}`)
}

function parseDateFromString ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(40540, `$dateFromString only supports an object as an argument, found: ${typeName(operand)}`)
  const names = ['dateString', 'format', 'timezone', 'onNull', 'onError']
  const members = readMembers(operand, names, (name) => new EngineError(40541, `Unrecognized argument to $dateFromString: ${name}`))
  const text = parse(required(members, 'dateString', 40542, "Missing 'dateString' parameter to $dateFromString"))
  const [format, timezone, onNull, onError] = ['format', 'timezone', 'onNull', 'onError'].map((name) => optional(members, name, parse))
  return {
    isConstant: allConstant(text, format, timezone, onNull, onError),
    evaluate (context) {
      const form = format && readFormat('$dateFromString', 40684, format.evaluate(context))
      const reader = form === undefined ? undefined : parseFormat(form)
      const zone = zoneOf(timezone, context)
      const value = text.evaluate(context)
      if (isNullish(value)) return onNull === undefined ? NULL : onNull.evaluate(context)
      if (zone === undefined || (format !== undefined && reader === undefined)) return NULL
      const given = timezone && zone
      return orElse(onError, context, () => dateValue(reader === undefined ? parseDate(readText(value), given) : parseFormattedDate(readText(value), reader, given)))
    }
  }
}

function readText (value: Value): string {
  if (value.type === BsonType.string) return stringOf(value)
  throw new EngineError('ConversionFailure', `$dateFromString requires that 'dateString' be a string, found: ${typeName(value)} with value ${describe(value)}`)
}

function parseDateToParts ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(40524, '$dateToParts only supports an object as its argument')
  const members = readMembers(operand, ['date', 'timezone', 'iso8601'], (name) => new EngineError(40520, `Unrecognized argument to $dateToParts: ${name}`))
  const date = parse(required(members, 'date', 40522, "Missing 'date' parameter to $dateToParts"))
  const timezone = optional(members, 'timezone', parse)
  const iso8601 = optional(members, 'iso8601', parse)
  return {
    isConstant: allConstant(date, timezone, iso8601),
    evaluate (context) {
      const value = date.evaluate(context)
      const zone = zoneOf(timezone, context)
      const isIso = iso8601 === undefined ? false : readFlag(iso8601.evaluate(context))
      if (zone === undefined || isIso === undefined || isNullish(value)) return NULL
      const moment = momentFrom(value)
      return shownParts(moment + zone.offsetAt(moment), isIso)
    }
  }
}

function shownParts (local: number, isIso: boolean): Value {
  const { year, month, day, hour, minute, second, millisecond } = partsOf(local)
  const shown = { ...(isIso ? isoWeekOf(local) : { year, month, day }), hour, minute, second, millisecond }
  return documentOf(Object.entries(shown).map(([name, number]): [string, Value] => [name, int32Value(number)]))
}

function readFlag (flag: Operand): boolean | undefined {
  if (isNullish(flag)) return undefined
  if (flag.type !== BsonType.bool) throw new EngineError(40521, `iso8601 must evaluate to a bool, found ${typeName(flag)}`)
  return boolOf(flag)
}

const NATURAL = ['year', 'month', 'day']
const ISO = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek']
const TIME = ['hour', 'minute', 'second', 'millisecond']
/** The parts that are not bound to 16 bits. */
const UNBOUND = ['second', 'millisecond', 'year', 'isoWeekYear']

function parseDateFromParts ({ operand, parse }: Operation): Expression {
  if (!isDocument(operand)) throw new EngineError(40519, '$dateFromParts only supports an object as its argument')
  const members = readMembers(operand, [...NATURAL, ...ISO, ...TIME, 'timezone'], (name) => new EngineError(40518, `Unrecognized argument to $dateFromParts: ${name}`))
  const isIso = members.has('isoWeekYear')
  if (!isIso && !members.has('year')) throw new EngineError(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present")
  if (members.has('year') && ISO.some((name) => members.has(name))) throw new EngineError(40489, '$dateFromParts does not allow mixing natural dates with ISO dates')
  if (isIso && NATURAL.some((name) => members.has(name))) throw new EngineError(40525, '$dateFromParts does not allow mixing ISO dates with natural dates')
  const names = [...(isIso ? ISO : NATURAL), ...TIME]
  const parts = names.map((name): [string, Expression] => [name, optional(members, name, parse) ?? constant(int32Value(TIME.includes(name) ? 0 : 1))])
  const timezone = optional(members, 'timezone', parse)
  return {
    isConstant: allConstant(timezone, ...parts.map(([, part]) => part)),
    evaluate (context) {
      const numbers = parts.map(([name, part]) => readPart(name, part, context))
      const zone = zoneOf(timezone, context)
      const known = numbers.filter((number) => number !== undefined)
      if (zone === undefined || known.length < numbers.length) return NULL
      return dateOf(momentOf(localOf(known, isIso), zone))
    }
  }
}

function readPart (name: string, part: Expression, context: EvaluationContext): number | undefined {
  const value = part.evaluate(context)
  if (isNullish(value)) return undefined
  const integer = isNumber(value) ? wholeNumber(value) : undefined
  if (integer === undefined) throw new EngineError(40515, `'${name}' must evaluate to an integer, found ${typeName(value)} with value ${describe(value)}`)
  if (!UNBOUND.includes(name) && BigInt.asIntN(16, integer) !== integer) {
    throw new EngineError(31034, `'${name}' must evaluate to a value in the range [-32768, 32767]; value ${integer} is not in range`)
  }
  return Number(integer)
}

function localOf ([year, second, third, hour, minute, seconds, millisecond]: readonly number[], isIso: boolean): number {
  if (year < 1 || year > 9999) {
    throw new EngineError(isIso ? 31095 : 40523, `'${isIso ? 'isoWeekYear' : 'year'}' must evaluate to an integer in the range 1 to 9999, found ${year}`)
  }
  const time = { hour, minute, second: seconds, millisecond }
  return isIso
    ? startOfIsoWeek(year, second) + (third - 1) * DAY + localTime({ year: 1970, ...time })
    : localTime({ year, month: second, day: third, ...time })
}
