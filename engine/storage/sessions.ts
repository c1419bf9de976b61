import type { Changes } from './changes.js'
import { storedKey } from './key.js'

/** The record of a session stands behind the time of its last use, in milliseconds. */
const TIME_BYTES = 8
const KEY_BYTES = 400

export function readSession ({ tables }: Changes, lsid: Buffer): Buffer | undefined {
  return tables.sessions.get(keyOf(lsid))?.subarray(TIME_BYTES)
}

export function writeSession (changes: Changes, lsid: Buffer, record: Buffer, now: number): void {
  const { sessions } = changes.tables
  const time = Buffer.allocUnsafe(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(now))
  changes.put(sessions, keyOf(lsid), Buffer.concat([time, record]), sessions.get(keyOf(lsid)))
}

/** A client chooses the id of its session, also a long one. */
function keyOf (lsid: Buffer): Buffer {
  return storedKey(lsid, KEY_BYTES)
}
