import type { RangeOptions, Transaction } from 'lmdb'

export interface Row { readonly key: Buffer, readonly value: Buffer }

export type TableRange = Pick<RangeOptions, 'start' | 'end' | 'reverse' | 'exclusiveStart' | 'inclusiveEnd' | 'limit' | 'transaction'>

/** What is read and written: a table of lmdb, or one with the changes of a transaction that is not committed yet (overlay.ts). */
export interface Table {
  get (key: Buffer, options?: { readonly transaction?: Transaction }): Buffer | undefined
  getRange (range: TableRange): Iterable<Row>
  getKeys (range: TableRange): Iterable<Buffer>
  putSync (key: Buffer, value: Buffer): void
  removeSync (key: Buffer): boolean
}

/**
 * The tables, and so the file format; ids are four bytes, and never used again.
 *
 *     meta       name → the format, the last id, the last timestamp
 *     catalog    collection id → namespace, UUID, options, indexes; view id → namespace, viewOn, pipeline (catalog-row.ts)
 *     documents  collection id, record id (collection-kind.ts) → document, checksum (sealed.ts)
 *     entries    index id, key of the values, record id unless unique → record id
 *     counters   collection id → number and size of its documents, last number of a record (count.ts)
 *     sessions   session id → time of its last use, record (sessions.ts)
 *     garbage    id of what was dropped → the table that still has rows of it (garbage.ts)
 *     history    time, place in its transaction → what was changed then (change-row.ts); since format 2
 *
 * A table is never cleared or dropped: that can abort LMDB (lmdb-js#317).
 */
export const tableNames = ['meta', 'catalog', 'documents', 'entries', 'counters', 'sessions', 'garbage', 'history'] as const

export type TableName = typeof tableNames[number]
export type Tables = Readonly<Record<TableName, Table>>
