import { EngineError } from '../../errors.js'

/** A time zone: how far its clocks are ahead of UTC at a moment, both in milliseconds. */
export interface Zone {
  readonly isUtc: boolean
  offsetAt (moment: number): number
}

export const UTC: Zone = { isUtc: true, offsetAt: () => 0 }

const MINUTE = 60_000
const DAY = 86_400_000

const zones = new Map<string, Zone>()

/**
 * A zone by its name in the IANA database or by its offset: `+05`, `-0330`, `+05:30`.
 * @throws {EngineError} 40485
 */
export function zoneNamed (name: string): Zone {
  if (/^(?:UTC|GMT|Z)$/.test(name)) return UTC
  const offset = /^([+-])(\d\d):?(\d\d)?$/.exec(name)
  if (offset !== null) return fixedZone(offset)
  // Only names that exist get here for good, of which there are a few hundred.
  const known = zones.get(name) ?? namedZone(name)
  zones.set(name, known)
  return known
}

/** The moment at which a zone's clocks show a time; of a time shown twice the first, one left out counts on from before. */
export function momentOf (local: number, zone: Zone): number {
  const before = zone.offsetAt(local - DAY)
  const after = zone.offsetAt(local + DAY)
  if (before !== after && zone.offsetAt(local - before) !== before && zone.offsetAt(local - after) === after) return local - after
  return local - before
}

function fixedZone ([, sign, hours, minutes = '0']: RegExpExecArray): Zone {
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE
  return { isUtc: offset === 0, offsetAt: () => offset }
}

function namedZone (name: string): Zone {
  const format = formatOf(name)
  return {
    isUtc: false,
    offsetAt (moment) {
      const shown = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]))
      const local = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second)
      return local - Math.floor(moment / 1000) * 1000
    }
  }
}

function formatOf (timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric'
    })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new EngineError(40485, `unrecognized time zone identifier: "${timeZone}"`)
  }
}
