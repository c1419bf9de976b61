import type { Changes } from './changes.js'
import type { Table } from './table.js'
import { rowPrefix } from './rows.js'

/** How many rows, of how many ids, one work removes at most. */
const CHUNK_ROWS = 1000
const CHUNK_IDS = 100

/** The tables in which a dropped collection or index leaves rows. */
type RowTable = 'documents' | 'entries'

/** Notes that the rows of an id belong to nothing any longer; nobody sees them, because nothing reads by that id. */
export function discard (changes: Changes, table: RowTable, id: number): void {
  changes.put(changes.tables.garbage, rowPrefix(id), Buffer.from(table), undefined)
  changes.noteGarbage()
}

/** Removes some of the discarded rows; returns whether there may be more. */
export function removeGarbage (changes: Changes): boolean {
  const { documents, entries, counters, garbage } = changes.tables
  const discarded = [...garbage.getRange({ limit: CHUNK_IDS })]
  let room = CHUNK_ROWS
  for (const { key: prefix, value: table } of discarded) {
    room -= removeRows(changes, table.toString() === 'documents' ? documents : entries, prefix.readUInt32BE(), room)
    if (room === 0) return true
    changes.erase(counters, prefix)
    changes.erase(garbage, prefix)
  }
  return discarded.length === CHUNK_IDS
}

/** Returns how many it has removed; when they are as many as it may, there may be more. */
function removeRows (changes: Changes, table: Table, id: number, limit: number): number {
  const keys = [...table.getKeys({ start: rowPrefix(id), end: rowPrefix(id + 1), limit })]
  for (const key of keys) changes.erase(table, key)
  return keys.length
}
