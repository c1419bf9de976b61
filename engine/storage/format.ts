import { join } from 'node:path'
import { tickOf } from '../update/clock.js'
import { changeKey } from './change-row.js'
import { LAST_TIMESTAMP_KEY } from './changes.js'
import { DamagedFile, DATA_FILE } from './data-file.js'
import { HISTORY_START_KEY } from './history.js'
import type { Checks } from './page-walk.js'
import { isIntact, seal } from './sealed.js'
import type { StoredTable } from './sealed-table.js'
import { tableNames, type Row, type TableName } from './table.js'
import { sealRows } from './upgrade.js'

/**
 * The layout of the rows. A change that older code would misread needs a new number. Since 2 all rows have checksums, and there are
 * views, other record ids and a history.
 */
export const FORMAT = 2
/** The only row without a checksum: older code reads it, to see that it must not go on. */
const FORMAT_KEY = Buffer.from('format')
/** The row that is there since there are checksums: if the format says otherwise, it has been damaged. */
const SEALED_KEY = Buffer.from('sealed')

/**
 * Stamps new files, and brings those of an older format up to date.
 * @throws {Error} for those that this code might misread, or must not change
 */
export async function checkFormat (directory: string, meta: StoredTable, open: (name: TableName) => StoredTable, readOnly: boolean): Promise<void> {
  const format = meta.get(FORMAT_KEY)?.toString()
  const isSealed = meta.doesExist(SEALED_KEY)
  if (format === undefined && !isSealed && meta.getKeysCount() === 0) return await meta.childTransaction(() => stamp(meta))
  if (Number(format) > FORMAT) throw new Error(`The data in ${directory} have format ${format}, which a newer version of Quire has written; this version reads up to format ${FORMAT}. Start the newer version.`)
  if (format === String(FORMAT) && isSealed) return
  if (format !== '1' || isSealed) throw new DamagedFile(join(directory, DATA_FILE), 'its format cannot be read')
  if (readOnly) throw new Error(`The data in ${directory} have format 1: start the engine on them once, which brings them to format ${FORMAT}.`)
  await sealRows(meta, open, () => {
    beginHistory(meta)
    stamp(meta)
  })
}

/** Of what was before there was a history nothing is recorded. */
function beginHistory (meta: StoredTable): void {
  const last = meta.get(LAST_TIMESTAMP_KEY)
  const start = changeKey(last === undefined ? { t: 0, i: 0 } : tickOf({ bytes: last, start: 0 }), 0xffff_ffff)
  meta.putSync(HISTORY_START_KEY, seal(HISTORY_START_KEY, start))
}

function stamp (meta: StoredTable): void {
  meta.putSync(FORMAT_KEY, Buffer.from(String(FORMAT)))
  meta.putSync(SEALED_KEY, seal(SEALED_KEY, Buffer.alloc(0)))
}

/** What the rows of the table `meta` say, if they do. */
export function formatIn (rows: Iterable<Row>): number | undefined {
  for (const { key, value } of rows) if (key.equals(FORMAT_KEY)) return Number(value)
  return undefined
}

/** Tells for one row after the other whether it is as it was written; the table `meta` must come first. */
export class RowChecksums implements Checks {
  /** What the file says it is; 0 until that has been read. */
  format = 0

  /** A changed name would hide a whole table. */
  tables (names: readonly string[]): string | undefined {
    const unknown = names.find((name) => !(tableNames as readonly string[]).includes(name))
    if (!names.includes('meta')) return 'the table meta is missing'
    return unknown === undefined || this.format > FORMAT ? undefined : `there is no table ${unknown}`
  }

  row (table: string, key: Buffer, value: Buffer): string | undefined {
    if (table === 'meta' && key.equals(FORMAT_KEY)) {
      this.format = Number(value)
      return undefined
    }
    const isSealed = this.format === FORMAT || (this.format === 1 && table === 'documents')
    return !isSealed || isIntact(key, value) ? undefined : 'the checksum of a row is wrong'
  }
}
