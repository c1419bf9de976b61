import type { Index } from './catalog.js'
import { storedKey } from './key.js'

/** How much of a record's id stands at the end of an index row's key; the row's value has all of it. */
const SUFFIX_BYTES = 400
const NO_SUFFIX: Buffer = Buffer.alloc(0)

/** The rows of a collection or an index begin with its id, which is never used again. */
export function rowPrefix (id: number): Buffer {
  const prefix = Buffer.allocUnsafe(4)
  prefix.writeUInt32BE(id)
  return prefix
}

export function documentRow (collectionId: number, recordId: Buffer): Buffer {
  return joined(collectionId, recordId)
}

/** A unique index has one row for a key; in the others the record's id tells the rows of a key apart. */
export function entryRow (index: Index, key: Buffer, recordId: Buffer): Buffer {
  return index.unique ? joined(index.id, key) : joined(index.id, key, storedKey(recordId, SUFFIX_BYTES))
}

function joined (id: number, key: Buffer, suffix = NO_SUFFIX): Buffer {
  const row = Buffer.allocUnsafe(4 + key.length + suffix.length)
  row.writeUInt32BE(id)
  row.set(key, 4)
  row.set(suffix, 4 + key.length)
  return row
}
