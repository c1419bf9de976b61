import { describe } from '../../bson/describe.js'
import { int64Value, isNumber, wholeNumber } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { dateOf, isMoment, momentFrom, zoneOf } from '../date/arguments.js'
import { addUnits, differenceIn, readStartOfWeek, readUnit, truncateTo } from '../date/unit.js'
import type { Zone } from '../date/zone.js'
import type { EvaluationContext, Expression } from '../evaluation.js'
import { optional, readMembers } from '../members.js'
import { isNullish, typeName } from '../operand.js'
import type { Operation, Operators, ParseOperator } from '../operator.js'

export const dateArithmeticOperators: Operators = {
  $dateAdd: shifting(1),
  $dateDiff: parseDateDiff,
  $dateSubtract: shifting(-1),
  $dateTrunc: parseDateTrunc
}

/** The arguments of one of these operators, evaluated; `undefined` as soon as one that is given is null. */
type Arguments<Name extends string> = Partial<Record<Name, Value>> & { readonly zone: Zone }

/** The codes of the errors for what is no document, and for a name that there is not. */
type Codes = readonly [notDocument: number, unknown: number]

/** @param need the names that must be there, each with the code of the error */
function withArguments<Name extends string> ({ name, operand, parse }: Operation, [notDocument, unknown]: Codes, need: Readonly<Partial<Record<Name, number>>>, names: readonly Name[], evaluate: (args: Arguments<Name>) => Value): Expression {
  if (!isDocument(operand)) throw new EngineError(notDocument, `${name} expects an object as its argument.found input of type:${typeName(operand)}`)
  const members = readMembers(operand, [...names, 'timezone'], (given) => new EngineError(unknown, `Unrecognized argument to ${name}: ${given}`))
  for (const [needed, code] of Object.entries<number | undefined>(need)) {
    if (code !== undefined && !members.has(needed)) throw new EngineError(code, `Missing '${needed}' parameter to ${name}`)
  }
  const timezone = optional(members, 'timezone', parse)
  const parts = names.flatMap((name): Array<[Name, Expression]> => {
    const part = optional(members, name, parse)
    return part === undefined ? [] : [[name, part]]
  })
  return {
    isConstant: (timezone?.isConstant ?? true) && parts.every(([, { isConstant }]) => isConstant),
    evaluate (context: EvaluationContext) {
      const values: Partial<Record<Name, Value>> = {}
      for (const [name, part] of parts) {
        const value = part.evaluate(context)
        if (isNullish(value)) return NULL
        values[name] = value
      }
      const zone = zoneOf(timezone, context)
      return zone === undefined ? NULL : evaluate({ ...values, zone })
    }
  }
}

function shifting (direction: 1 | -1): ParseOperator {
  return (operation) => {
    const { name } = operation
    const need = { startDate: 5166402, unit: 5166402, amount: 5166402 }
    return withArguments(operation, [5166400, 5166401], need, ['startDate', 'unit', 'amount'], ({ startDate = NULL, unit = NULL, amount = NULL, zone }) => {
      const parsed = readUnit(unit, name, 5166404)
      const moment = readDate(startDate, name, 'startDate', 5166403)
      const count = isNumber(amount) ? wholeNumber(amount) : undefined
      if (count === undefined) throw new EngineError(5166405, `${name} expects integer amount of time units`)
      return dateOf(addUnits(moment, parsed, Number(count) * direction, zone))
    })
  }
}

function parseDateDiff (operation: Operation): Expression {
  const { name } = operation
  const need = { startDate: 5166303, endDate: 5166304, unit: 5166305 }
  return withArguments(operation, [5166301, 5166302], need, ['startDate', 'endDate', 'unit', 'startOfWeek'], ({ startDate = NULL, endDate = NULL, unit = NULL, startOfWeek, zone }) => {
    const start = readDate(startDate, name, 'startDate', 5166307)
    const end = readDate(endDate, name, 'endDate', 5166307)
    const parsed = readUnit(unit, name, 5166306)
    const firstDay = startOfWeek === undefined || parsed !== 'week' ? 0 : readStartOfWeek(startOfWeek, name, 5338801)
    return int64Value(BigInt(differenceIn(parsed, start, end, zone, firstDay)))
  })
}

function parseDateTrunc (operation: Operation): Expression {
  const { name } = operation
  const need = { date: 5439009, unit: 5439010 }
  return withArguments(operation, [5439007, 5439008], need, ['date', 'unit', 'binSize', 'startOfWeek'], ({ date = NULL, unit = NULL, binSize, startOfWeek, zone }) => {
    const moment = readDate(date, name, 'date', 5439012)
    const parsed = readUnit(unit, name, 5439013)
    const size = binSize === undefined ? 1 : readBinSize(binSize)
    const firstDay = startOfWeek === undefined || parsed !== 'week' ? 0 : readStartOfWeek(startOfWeek, name, 5439015)
    return dateOf(truncateTo(parsed, size, moment, zone, firstDay))
  })
}

function readBinSize (binSize: Value): number {
  const size = isNumber(binSize) ? wholeNumber(binSize) : undefined
  if (size === undefined) throw new EngineError(5439017, `$dateTrunc requires 'binSize' to be a 64-bit integer, but got value '${describe(binSize)}' of type ${typeName(binSize)}`)
  if (size <= 0n) throw new EngineError(5439018, `$dateTrunc requires 'binSize' to be greater than 0, but got value ${size}`)
  return Number(size)
}

function readDate (value: Value, name: string, member: string, code: number): number {
  if (!isMoment(value)) throw new EngineError(code, `${name} requires '${member}' to be a date, but got ${typeName(value)}`)
  return momentFrom(value)
}
