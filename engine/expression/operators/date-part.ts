import { describe } from '../../bson/describe.js'
import { int32Value, int64Value } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { arrayElements, BsonType, fields, isArray, isDocument, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { momentFrom } from '../date/arguments.js'
import { isoWeekOf, partsOf } from '../date/calendar.js'
import { zoneNamed, type Zone } from '../date/zone.js'
import type { Expression, Operand } from '../evaluation.js'
import { optional, readMembers, required } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import type { Operation, Operators, ParseOperator } from '../operator.js'

/** What a calendar and a clock show, in UTC or in a given time zone. */
export const datePartOperators: Operators = {
  $dayOfMonth: part((local) => int32Value(partsOf(local).day)),
  $dayOfWeek: part((local) => int32Value(partsOf(local).dayOfWeek)),
  $dayOfYear: part((local) => int32Value(partsOf(local).dayOfYear)),
  $hour: part((local) => int32Value(partsOf(local).hour)),
  $isoDayOfWeek: part((local) => int32Value(isoWeekOf(local).isoDayOfWeek)),
  $isoWeek: part((local) => int32Value(isoWeekOf(local).isoWeek)),
  $isoWeekYear: part((local) => int64Value(BigInt(isoWeekOf(local).isoWeekYear))),
  $millisecond: part((local) => int32Value(partsOf(local).millisecond)),
  $minute: part((local) => int32Value(partsOf(local).minute)),
  $month: part((local) => int32Value(partsOf(local).month)),
  $second: part((local) => int32Value(partsOf(local).second)),
  $week: part((local) => int32Value(partsOf(local).week)),
  $year: part((local) => int32Value(partsOf(local).year))
}

function part (read: (local: number) => Value): ParseOperator {
  return (operation) => {
    const { date, timezone } = parseArguments(operation)
    return {
      isConstant: date.isConstant && (timezone?.isConstant ?? true),
      evaluate (context) {
        const value = date.evaluate(context)
        if (isNullish(value)) return NULL
        const moment = momentFrom(value)
        if (timezone === undefined) return read(moment)
        const zone = readZone(timezone.evaluate(context), operation.name)
        return zone === undefined ? NULL : read(moment + zone.offsetAt(moment))
      }
    }
  }
}

/** An expression for a date, alone or in an array, or `{ date, timezone }`. */
function parseArguments ({ name, operand, parse }: Operation): { date: Expression, timezone?: Expression } {
  if (isArray(operand)) {
    const elements = arrayElements(operand)
    if (elements.length !== 1) throw new EngineError(40536, `${name} accepts exactly one argument if given an array, but was given ${elements.length}`)
    return { date: parse(elements[0]) }
  }
  const [first] = isDocument(operand) ? fields(operand).next().value ?? [''] : ['$']
  if (first.startsWith('$')) return { date: parse(operand) }
  const members = readMembers(operand, ['date', 'timezone'], (unknown) => new EngineError(40535, `unrecognized option to ${name}: "${unknown}"`))
  return {
    date: parse(required(members, 'date', 40539, `missing 'date' argument to ${name}, provided: ${name}: ${describe(operand)}`)),
    timezone: optional(members, 'timezone', parse)
  }
}

function readZone (value: Operand, name: string): Zone | undefined {
  if (isNullish(value)) return undefined
  if (value.type !== BsonType.string) {
    throw new EngineError(40533, `${name} requires a string for the timezone argument, but was given a ${typeName(value)} (${describe(value)})`)
  }
  return zoneNamed(stringOf(value))
}
