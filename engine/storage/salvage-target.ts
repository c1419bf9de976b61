import { documentValue } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Collection } from './catalog.js'
import { createIndexes } from './create-indexes.js'
import type { Namespace } from './namespace.js'
import { belongs } from './record-ids.js'
import type { Store } from './store.js'
import type { Tx } from './tx.js'

/** How much is taken into one commit. */
const BATCH_BYTES = 1024 * 1024
const BATCH_DOCUMENTS = 500

interface Pending { readonly recordId: Buffer, readonly document: Buffer }

export interface TargetOptions {
  readonly store: Store
  readonly namespace: Namespace
  /** The collection as it was, if that is known. */
  readonly source: Collection | undefined
  /** How many documents it had, if that is known. */
  readonly counted: number | undefined
}

/** A collection of a damaged store on its way into a new one. */
export class SalvageTarget {
  readonly namespace: Namespace
  readonly counted: number | undefined
  /** What of it is lost: records by their ids in hexadecimal, indexes by their names. */
  readonly lost: string[] = []
  readonly #store: Store
  readonly #source: Collection | undefined
  readonly #pending: Pending[] = []
  #pendingBytes = 0
  #saved = 0
  /** Records that cannot be asked for, because inserting gives them other ids or they have not been inserted yet. */
  readonly #met = new Set<string>()

  constructor ({ store, namespace, source, counted }: TargetOptions) {
    this.#store = store
    this.namespace = namespace
    this.#source = source
    this.counted = counted
  }

  get saved (): number {
    return this.#saved
  }

  get isComplete (): boolean {
    return this.counted !== undefined && this.#saved >= this.counted
  }

  get #hasSameIds (): boolean {
    return this.#source === undefined || this.#source.recordIds === 'id'
  }

  async create (): Promise<void> {
    await this.#store.write((tx) => tx.createCollection(this.namespace, this.#source?.options))
  }

  /** Takes a document that the table of documents leads to. */
  async take (recordId: Buffer, document: Buffer): Promise<void> {
    if (!this.#isInPlace(recordId, document)) return this.lose(recordId, 'it is another document')
    if (!this.#hasSameIds) this.#met.add(recordId.toString('latin1'))
    await this.#add(recordId, document)
  }

  /** Takes a document of a page that nothing leads to, unless its record is there: the newest of a record must come first. */
  async takeStray (recordId: Buffer, document: Buffer): Promise<void> {
    const record = recordId.toString('latin1')
    if (this.#met.has(record) || this.#isThere(recordId) || !this.#isInPlace(recordId, document)) return
    this.#met.add(record)
    await this.#add(recordId, document)
  }

  lose (recordId: Buffer, finding: string): void {
    this.lost.push(`record ${recordId.toString('hex', 0, 64)}: ${finding}`)
  }

  /** Commits what has been taken so far. */
  async flush (): Promise<void> {
    const batch = this.#pending.splice(0)
    this.#pendingBytes = 0
    if (batch.length > 0) await this.#store.write((tx) => batch.forEach((pending) => this.#insert(tx, pending)))
  }

  /** Each by itself: one that cannot be built leaves the others. */
  async buildIndexes (): Promise<void> {
    for (const { name, spec, ready } of this.#source?.indexes ?? []) {
      if (!ready) continue
      try {
        await createIndexes(this.#store, this.namespace, [documentValue(spec)])
      } catch (error) {
        this.lost.push(`index ${name}: ${(error as Error).message}`)
      }
    }
  }

  async #add (recordId: Buffer, document: Buffer): Promise<void> {
    this.#pending.push({ recordId, document })
    this.#pendingBytes += document.length
    if (this.#pending.length >= BATCH_DOCUMENTS || this.#pendingBytes >= BATCH_BYTES) await this.flush()
  }

  /** What is refused has changed nothing (Tx.insert), and the others of its commit go on. */
  #insert (tx: Tx, { recordId, document }: Pending): void {
    try {
      tx.insert(tx.collection(this.namespace), document)
      this.#saved++
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      this.lose(recordId, error.message)
    }
  }

  #isThere (recordId: Buffer): boolean {
    return this.#hasSameIds && this.#store.read.document(this.#store.catalog.find(this.namespace)!, recordId) !== undefined
  }

  #isInPlace (recordId: Buffer, document: Buffer): boolean {
    if (this.#source === undefined) return true
    try {
      return belongs(this.#source, recordId, documentValue(document), Infinity)
    } catch {
      return false // what it would be stored by is missing
    }
  }
}
