import type { Transaction } from 'lmdb'
import type { Changes } from './changes.js'
import { storedKey } from './key.js'
import type { Table } from './table.js'

/** A record stands behind the time of its session's last use, in milliseconds. */
const TIME_BYTES = 8
/** A client chooses the id of its session, and may choose a long one. */
const KEY_BYTES = 400
/** As long as MongoDB keeps a session that is not used (`localLogicalSessionTimeoutMinutes`). */
const TIMEOUT_MS = 30 * 60 * 1000
/** How many records are looked at in one turn of the event loop. */
const CHUNK_RECORDS = 500

export function readSession (sessions: Table, lsid: Buffer, transaction?: Transaction): Buffer | undefined {
  return sessions.get(storedKey(lsid, KEY_BYTES), { transaction })?.subarray(TIME_BYTES)
}

/** @param before the record that there has been; if it is put back, then as one that was used now */
export function writeSession (changes: Changes, lsid: Buffer, record: Buffer, before: Buffer | undefined, now: number): void {
  const time = Buffer.allocUnsafe(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(now))
  changes.put(changes.tables.sessions, storedKey(lsid, KEY_BYTES), Buffer.concat([time, record]), before && Buffer.concat([time, before]))
}

/** Removes the records of sessions that have not been used for long; returns the last one looked at if there are more. */
export function removeStaleSessions (changes: Changes, now: number, after: Buffer | undefined): Buffer | undefined {
  const { sessions } = changes.tables
  const records = [...sessions.getRange({ start: after, exclusiveStart: after !== undefined, limit: CHUNK_RECORDS })]
  for (const { key, value } of records) {
    if (Number(value.readBigUInt64BE()) < now - TIMEOUT_MS) changes.erase(sessions, key)
  }
  return records.length === CHUNK_RECORDS ? records.at(-1)!.key : undefined
}
