import { EngineError } from '../../errors.js'
import { isoWeekOf, partsOf, type DateParts, type IsoWeek } from './calendar.js'
import type { Zone } from './zone.js'

export const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

type Shown = DateParts & IsoWeek & { readonly offset: number }

const two = (number: number): string => String(number).padStart(2, '0')
const four = (number: number): string => String(number).padStart(4, '0')

const specifiers: Readonly<Record<string, (shown: Shown) => string>> = {
  '%': () => '%',
  b: ({ month }) => MONTHS[month - 1].slice(0, 3),
  B: ({ month }) => MONTHS[month - 1],
  d: ({ day }) => two(day),
  G: ({ isoWeekYear }) => four(isoWeekYear),
  H: ({ hour }) => two(hour),
  j: ({ dayOfYear }) => String(dayOfYear).padStart(3, '0'),
  L: ({ millisecond }) => String(millisecond).padStart(3, '0'),
  m: ({ month }) => two(month),
  M: ({ minute }) => two(minute),
  S: ({ second }) => two(second),
  u: ({ isoDayOfWeek }) => String(isoDayOfWeek),
  U: ({ week }) => two(week),
  V: ({ isoWeek }) => two(isoWeek),
  w: ({ dayOfWeek }) => String(dayOfWeek),
  Y: ({ year }) => four(year),
  z: ({ offset }) => `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
  Z: ({ offset }) => `${offset < 0 ? '-' : '+'}${Math.abs(offset)}`
}

/** @throws {EngineError} 18535 or 18536 for a format that `$dateToString` has not */
export function checkFormat (format: string): void {
  for (const [, specifier] of format.matchAll(/%(.?)/gsu)) {
    if (specifier === '') throw new EngineError(18535, "Unmatched '%' at end of format string")
    if (!Object.hasOwn(specifiers, specifier)) throw new EngineError(18536, `Invalid format character '%${specifier}' in format string`)
  }
}

export function formatDate (moment: number, format: string, zone: Zone): string {
  const ahead = zone.offsetAt(moment)
  const local = moment + ahead
  const shown = { ...partsOf(local), ...isoWeekOf(local), offset: Math.trunc(ahead / 60_000) }
  if (shown.year < 0 || shown.year > 9999) throw new EngineError(18537, `$dateToString is only defined on year 0-9999, tried to use year ${shown.year}`)
  return format.replace(/%(.)/gsu, (_, specifier: string) => specifiers[specifier](shown))
}
