import { EngineError } from '../../errors.js'
import { localTime, startOfIsoWeek, DAY } from './calendar.js'
import { MONTHS } from './format.js'
import { momentOf, UTC, zoneNamed, type Zone } from './zone.js'

const ISO_DATE = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i

/**
 * Reads a date of ISO 8601, from `2017-02-08` to `2017-02-08T12:10:40.787+01:00`, the one form that is the same
 * everywhere; the free text that MongoDB reads as well is refused.
 * @returns milliseconds since 1970
 * @throws {EngineError} ConversionFailure
 */
export function parseDate (text: string, zone?: Zone): bigint {
  const found = ISO_DATE.exec(text.trim())
  if (found === null) throw failure(text, 'not a date of ISO 8601')
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', offset] = found
  const parts = { year: Number(year), month: Number(month), day: Number(day), hour: Number(hour), minute: Number(minute), second: Number(second) }
  checkParts(parts, text)
  const local = localTime({ ...parts, millisecond: Number(fraction.padEnd(3, '0').slice(0, 3)) })
  if (offset !== undefined && zone !== undefined) throw failure(text, 'you cannot pass in a date/time string with time zone information together with a timezone argument')
  return BigInt(momentOf(local, offset === undefined ? zone ?? UTC : zoneNamed(offset.toUpperCase())))
}

/** What each specifier of a format reads. */
const readers: Readonly<Record<string, string>> = {
  b: '(?<monthName>[a-z]{3})',
  B: '(?<monthName>[a-z]{3,9})',
  d: '(?<day>\\d{1,2})',
  G: '(?<isoWeekYear>\\d{4})',
  H: '(?<hour>\\d{1,2})',
  j: '(?<dayOfYear>\\d{1,3})',
  L: '(?<millisecond>\\d{1,3})',
  m: '(?<month>\\d{1,2})',
  M: '(?<minute>\\d{1,2})',
  S: '(?<second>\\d{1,2})',
  u: '(?<isoDayOfWeek>[1-7])',
  V: '(?<isoWeek>\\d{1,2})',
  Y: '(?<year>\\d{4})',
  z: '(?<offset>Z|[+-]\\d\\d(?::?\\d\\d)?)',
  Z: '(?<offsetMinutes>[+-]\\d+)',
  '%': '%'
}

/** Makes the reader of a format of `$dateFromString`. @throws {EngineError} 18536 or, for one read twice, BadValue */
export function parseFormat (format: string): RegExp {
  const used = new Set<string>()
  const source = format.replace(/%(.?)|[\\^$.*+?()[\]{}|/]/gsu, (part: string, specifier?: string) => {
    if (specifier === undefined) return `\\${part}`
    if (specifier === '') throw new EngineError(18535, "Unmatched '%' at end of format string")
    if (!Object.hasOwn(readers, specifier)) throw new EngineError(18536, `Invalid format character '%${specifier}' in format string`)
    const group = specifier.toLowerCase() === 'b' ? 'b' : specifier
    if (specifier !== '%' && used.size === used.add(group).size) throw new EngineError('BadValue', `the format reads '%${specifier}' twice`)
    return readers[specifier]
  })
  return new RegExp(`^${source}$`, 'iu')
}

/** Reads a date by a format. @throws {EngineError} ConversionFailure */
export function parseFormattedDate (text: string, format: RegExp, zone?: Zone): bigint {
  const found = format.exec(text)?.groups
  if (found === undefined) throw failure(text, 'it does not have the form that the format asks for')
  const { offset, offsetMinutes, monthName, ...digits } = found
  const numbers = Object.fromEntries(Object.entries(digits).map(([name, value]) => [name, Number(value)]))
  const month = monthName === undefined ? undefined : monthNamed(monthName, text)
  const local = localOf(month === undefined ? numbers : { ...numbers, month }, text)
  if (offset === undefined && offsetMinutes === undefined) return BigInt(momentOf(local, zone ?? UTC))
  if (zone !== undefined) throw failure(text, 'you cannot pass in a date/time string with time zone information together with a timezone argument')
  return BigInt(offset === undefined ? local - Number(offsetMinutes) * 60_000 : momentOf(local, zoneNamed(offset.toUpperCase())))
}

type Numbers = Readonly<Partial<Record<string, number>>>

function localOf (numbers: Numbers, text: string): number {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0, dayOfYear, isoWeekYear, isoWeek = 1, isoDayOfWeek = 1 } = numbers
  const time = localTime({ year: 1970, hour, minute, second, millisecond })
  if (isoWeekYear !== undefined) return startOfIsoWeek(isoWeekYear, isoWeek) + (isoDayOfWeek - 1) * DAY + time
  if (year === undefined) throw failure(text, 'an incomplete date/time string has been found')
  if (dayOfYear !== undefined) return localTime({ year, day: dayOfYear }) + time
  if (month === undefined || day === undefined) throw failure(text, 'an incomplete date/time string has been found')
  checkParts({ year, month, day, hour, minute, second }, text)
  return localTime({ year, month, day }) + time
}

function monthNamed (name: string, text: string): number {
  const at = MONTHS.findIndex((month) => [month, month.slice(0, 3)].some((form) => form.toLowerCase() === name.toLowerCase()))
  if (at === -1) throw failure(text, `there is no month ${name}`)
  return at + 1
}

/** A day that its month has not is no date. */
function checkParts ({ year, month, day, hour, minute, second }: Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>, text: string): void {
  const date = new Date(localTime({ year, month, day }))
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) throw failure(text, 'there is no such day')
  if (hour > 23 || minute > 59 || second > 59) throw failure(text, 'there is no such time')
}

function failure (text: string, reason: string): EngineError {
  return new EngineError('ConversionFailure', `Error parsing date string '${text}'; ${reason}`)
}
