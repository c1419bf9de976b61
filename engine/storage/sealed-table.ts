import type { Database, Transaction } from 'lmdb'
import { seal, unseal } from './sealed.js'
import type { Row, Table, TableRange } from './table.js'

/** A table of lmdb as it is on the disk. */
export type StoredTable = Database<Buffer, Buffer>

/**
 * A table whose rows have checksums on the disk, which nobody above here sees.
 * Reading throws DataCorruptionDetected for a row that is not as it was written.
 */
export class SealedTable implements Table {
  #stored: StoredTable

  constructor (stored: StoredTable) {
    this.#stored = stored
  }

  /** Without the checksums. */
  get stored (): StoredTable {
    return this.#stored
  }

  /** Goes on with the same table of the same file, which was opened anew. */
  reopen (stored: StoredTable): void {
    this.#stored = stored
  }

  get (key: Buffer, options?: { readonly transaction?: Transaction }): Buffer | undefined {
    const sealed = this.#stored.get(key, options)
    return sealed && unseal(key, sealed)
  }

  * getRange (range: TableRange = {}): Generator<Row, void> {
    for (const { key, value } of this.#stored.getRange(range)) yield { key, value: unseal(key, value) }
  }

  getKeys (range: TableRange = {}): Iterable<Buffer> {
    return this.#stored.getKeys(range)
  }

  putSync (key: Buffer, value: Buffer): void {
    this.#stored.putSync(key, seal(key, value))
  }

  removeSync (key: Buffer): boolean {
    return this.#stored.removeSync(key)
  }
}
