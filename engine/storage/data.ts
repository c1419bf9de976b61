import type { Clock } from '../update/clock.js'
import type { Catalog } from './catalog.js'
import type { Reader } from './reader.js'
import type { Tx } from './tx.js'

/** What commands read and write documents through: the store itself, or an open transaction. */
export interface Data {
  /** The collections that `read` reads. */
  readonly catalog: Catalog
  readonly read: Reader
  /** To be used inside of works alone. */
  readonly timestamps: Clock
  /** Runs a work that waits for nothing; if it throws, its own changes are taken back. */
  write<T> (work: (tx: Tx) => T): Promise<T>
}
