import { seal } from './sealed.js'
import type { StoredTable } from './sealed-table.js'
import type { TableName } from './table.js'

const CHUNK_ROWS = 1000
/** Of the row in `meta` that says how far the upgrade has got: the number of a table below, and the last key in it that is done. */
const POSITION_KEY = Buffer.from('sealing')
/** The tables of format 1 whose rows had no checksums. */
const tables = ['catalog', 'entries', 'counters', 'sessions', 'garbage'] as const

/**
 * Gives the rows of format 1 their checksums, bit by bit; a start that is interrupted is gone on with by the next one.
 * @param stamp writes the new format, in the last commit
 */
export async function sealRows (meta: StoredTable, open: (name: TableName) => StoredTable, stamp: () => void): Promise<void> {
  const stored = tables.map((name) => open(name))
  let isDone = false
  while (!isDone) {
    isDone = await meta.childTransaction(() => {
      const position = meta.get(POSITION_KEY) ?? begin(meta)
      if (position[0] < stored.length) {
        meta.putSync(POSITION_KEY, sealChunk(stored[position[0]], position))
        return false
      }
      meta.removeSync(POSITION_KEY)
      stamp()
      return true
    })
  }
}

/** The few rows of `meta` are done in the commit that makes the position. */
function begin (meta: StoredTable): Buffer {
  for (const { key, value } of [...meta.getRange()]) {
    if (key.toString() !== 'format') meta.putSync(key, seal(key, value))
  }
  return Buffer.of(0)
}

/** Returns the next position. */
function sealChunk (table: StoredTable, position: Buffer): Buffer {
  const after = position.subarray(1)
  const rows = [...table.getRange({ ...(after.length > 0 && { start: after, exclusiveStart: true }), limit: CHUNK_ROWS })]
  for (const { key, value } of rows) table.putSync(key, seal(key, value))
  return rows.length < CHUNK_ROWS ? Buffer.of(position[0] + 1) : Buffer.concat([position.subarray(0, 1), rows.at(-1)!.key])
}
