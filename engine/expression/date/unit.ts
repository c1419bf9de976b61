import { EngineError } from '../../errors.js'
import { BsonType, stringOf, type Value } from '../../bson/value.js'
import { addMonths, DAY, modulo, partsOf } from './calendar.js'
import { momentOf, type Zone } from './zone.js'

/** Units of one length, in milliseconds; up to the hour they are the same in all zones. */
const lengths = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000, day: DAY, week: 7 * DAY } as const
/** Units of months. */
const monthCounts = { month: 1, quarter: 3, year: 12 } as const

export type Unit = keyof typeof lengths | keyof typeof monthCounts

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/** Local time of 2000-01-01, a Saturday, from which MongoDB counts the bins of `$dateTrunc`. */
const REFERENCE = Date.UTC(2000, 0, 1)

/** @throws {EngineError} with the given code for what is no string, FailedToParse for what is no unit */
export function readUnit (value: Value, name: string, code: number): Unit {
  if (value.type !== BsonType.string) throw new EngineError(code, `${name} requires 'unit' to be a string`)
  const unit = stringOf(value)
  if (isUnit(unit)) return unit
  throw new EngineError('FailedToParse', `unknown time unit value: ${unit}`)
}

/** The day that weeks begin with, as a number from 0 for Sunday. */
export function readStartOfWeek (value: Value, name: string, code: number): number {
  if (value.type !== BsonType.string) throw new EngineError(code, `${name} requires 'startOfWeek' to be a string`)
  const text = stringOf(value).toLowerCase()
  const day = DAYS.findIndex((day) => day === text || day.slice(0, 3) === text)
  if (day === -1) throw new EngineError('FailedToParse', `unknown day of week value: ${stringOf(value)}`)
  return day
}

/** A moment some units later: hours and less by the time that passes, more by what the calendar shows. */
export function addUnits (moment: number, unit: Unit, amount: number, zone: Zone): number {
  const local = moment + zone.offsetAt(moment)
  if (isMonths(unit)) return momentOf(addMonths(local, amount * monthCounts[unit]), zone)
  if (lengths[unit] < DAY) return moment + amount * lengths[unit]
  return momentOf(local + amount * lengths[unit], zone)
}

/** How often a new unit begins between two moments. */
export function differenceIn (unit: Unit, start: number, end: number, zone: Zone, startOfWeek: number): number {
  const [startOffset, endOffset] = [zone.offsetAt(start), zone.offsetAt(end)]
  const begun = (moment: number): number => unitsBegun(unit, moment, startOfWeek)
  const difference = begun(end + endOffset) - begun(start + startOffset)
  // Clocks that are put forward show an hour that nobody has lived through.
  return isMonths(unit) || lengths[unit] >= DAY ? difference : difference - Math.trunc((endOffset - startOffset) / lengths[unit])
}

/** The beginning of the bin of some units that a moment lies in. */
export function truncateTo (unit: Unit, size: number, moment: number, zone: Zone, startOfWeek: number): number {
  const local = moment + zone.offsetAt(moment)
  if (isMonths(unit)) {
    const months = monthsSince2000(local)
    return momentOf(addMonths(REFERENCE, months - modulo(months, size * monthCounts[unit])), zone)
  }
  if (lengths[unit] < DAY) return moment - modulo(moment - momentOf(REFERENCE, zone), size * lengths[unit])
  const reference = unit === 'week' ? REFERENCE + modulo(startOfWeek - 6, 7) * DAY : REFERENCE
  return momentOf(local - modulo(local - reference, size * lengths[unit]), zone)
}

function unitsBegun (unit: Unit, local: number, startOfWeek: number): number {
  if (isMonths(unit)) return Math.floor(monthsSince2000(local) / monthCounts[unit])
  // 1970 began on a Thursday, day 4.
  const shift = unit === 'week' ? modulo(4 - startOfWeek, 7) * DAY : 0
  return Math.floor((local + shift) / lengths[unit])
}

function monthsSince2000 (local: number): number {
  const { year, month } = partsOf(local)
  return (year - 2000) * 12 + month - 1
}

function isUnit (text: string): text is Unit {
  return Object.hasOwn(lengths, text) || Object.hasOwn(monthCounts, text)
}

function isMonths (unit: Unit): unit is keyof typeof monthCounts {
  return Object.hasOwn(monthCounts, unit)
}
