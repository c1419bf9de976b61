/** The calendar, upon local times: milliseconds since 1970 as a zone's clocks would count them. */

export const DAY = 86_400_000
const WEEK = 7 * DAY

/** What a clock and a calendar show. Months and days begin with 1, days of the week with 1 for Sunday. */
export interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  readonly dayOfWeek: number
  readonly dayOfYear: number
  /** Weeks that begin with Sunday; 0 before the first one. */
  readonly week: number
}

/** ISO 8601's weeks begin with Monday, and the first one is that of the year's first Thursday. */
export interface IsoWeek {
  readonly isoWeekYear: number
  readonly isoWeek: number
  readonly isoDayOfWeek: number
}

export function partsOf (local: number): DateParts {
  const date = new Date(local)
  const year = date.getUTCFullYear()
  const dayOfYear = Math.floor((local - startOfYear(year)) / DAY) + 1
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
    dayOfWeek: date.getUTCDay() + 1,
    dayOfYear,
    week: Math.floor((dayOfYear + 6 - date.getUTCDay()) / 7)
  }
}

export function isoWeekOf (local: number): IsoWeek {
  const isoDayOfWeek = new Date(local).getUTCDay() || 7
  const thursday = local + (4 - isoDayOfWeek) * DAY
  const isoWeekYear = new Date(thursday).getUTCFullYear()
  return { isoWeekYear, isoWeek: Math.floor((thursday - startOfYear(isoWeekYear)) / WEEK) + 1, isoDayOfWeek }
}

/** The local time of parts, any of which may go beyond its unit: day 32 is the first of the next month. */
export function localTime ({ year, month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0 }: Partial<DateParts> & { year: number }): number {
  return startOfMonth(year, month) + (day - 1) * DAY + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond
}

/** The first moment of a week of ISO 8601. */
export function startOfIsoWeek (isoWeekYear: number, isoWeek: number): number {
  const fourth = startOfYear(isoWeekYear) + 3 * DAY
  return fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * DAY + (isoWeek - 1) * WEEK
}

/** A number of months later; a day that the month has not becomes its last one. */
export function addMonths (local: number, months: number): number {
  const { year, month, day } = partsOf(local)
  const first = startOfMonth(year, month + months)
  const length = Math.round((startOfMonth(year, month + months + 1) - first) / DAY)
  return first + (Math.min(day, length) - 1) * DAY + modulo(local, DAY)
}

export function modulo (dividend: number, divisor: number): number {
  return ((dividend % divisor) + divisor) % divisor
}

function startOfYear (year: number): number {
  return startOfMonth(year, 1)
}

/** Date.UTC takes the years 0 to 99 for those of the 20th century. */
function startOfMonth (year: number, month: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, 1)
}
