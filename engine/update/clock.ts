import { BsonType, type Value } from '../bson/value.js'

/** A BSON Timestamp's two halves: seconds since 1970 and a counter within the second. */
export interface Tick {
  readonly t: number
  readonly i: number
}

/**
 * The source of BSON Timestamps. Each one is greater than all before, also when the system clock is set back and, if
 * it begins with the last one of the previous run, across a restart. Whoever stores documents must therefore store
 * `last` in the same commit as the documents that got a timestamp; nobody has seen those of other writes.
 */
export interface Clock {
  readonly next: () => Value
  /** The same, not as a BSON value. */
  readonly tick: () => Tick
  readonly last: Tick
}

const MAX_INCREMENT = 0xffff_ffff

/**
 * @param now the system's time in milliseconds, `Date.now` outside tests
 * @param last the last timestamp of the previous run
 */
export function createClock (now: () => number, last: Tick = { t: 0, i: 0 }): Clock {
  let current = last
  const tick = (): Tick => (current = following(current, Math.floor(now() / 1000)))
  return {
    get last () { return current },
    tick,
    next: () => timestampValue(tick())
  }
}

export function timestampValue ({ t, i }: Tick): Value {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeUInt32LE(i)
  bytes.writeUInt32LE(t, 4)
  return { type: BsonType.timestamp, bytes, start: 0, end: 8 }
}

export function compareTicks (a: Tick, b: Tick): number {
  return a.t - b.t || a.i - b.i
}

/** The two halves of a timestamp's value. */
export function tickOf ({ bytes, start }: Pick<Value, 'bytes' | 'start'>): Tick {
  return { t: bytes.readUInt32LE(start + 4), i: bytes.readUInt32LE(start) }
}

function following (last: Tick, seconds: number): Tick {
  if (seconds > last.t) return { t: seconds, i: 1 }
  return last.i < MAX_INCREMENT ? { t: last.t, i: last.i + 1 } : { t: last.t + 1, i: 1 }
}
