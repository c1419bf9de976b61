import type { RangeIterable, Transaction } from 'lmdb'
import { validateDocument } from '../bson/validate.js'
import { documentValue } from '../bson/value.js'
import { indexesWithRows, type Catalog, type Collection, type Index } from './catalog.js'
import { decodeCount, NO_DOCUMENTS, type Count } from './count.js'
import type { StoredTables } from './environment.js'
import { indexKeys } from './index-keys.js'
import { belongs } from './record-ids.js'
import { documentRow, entryRow, rowPrefix } from './rows.js'
import { isIntact, unseal } from './sealed.js'
import type { SealedTable } from './sealed-table.js'
import type { Row } from './table.js'

/** Something stored that contradicts something else. */
export interface Finding {
  readonly problem: 'corrupt row' | 'corrupt document' | 'wrong record id' | 'missing entry' | 'left over entry' | 'missing flag' | 'wrong counter' | 'rows of nothing'
  /** The collection and index, and the row in hexadecimal. */
  readonly where: string
}

/**
 * Compares all that is stored twice: documents with index entries in both directions and with their counters, and rows
 * with the catalog. It reads everything in one turn of the event loop.
 */
export function check (tables: StoredTables, catalog: Catalog, transaction: Transaction | undefined): Finding[] {
  const rows = new Rows(transaction)
  return [
    ...catalog.collections().flatMap((collection) => new CollectionCheck(tables, rows, collection).run()),
    ...damagedRows(tables, rows),
    ...strayRows(tables, rows, catalog)
  ]
}

/** Opens a check of one collection in a snapshot that stays as it is until the check has ended. */
export function openCheck (tables: StoredTables, collection: Collection, transaction: Transaction): CollectionCheck {
  return new CollectionCheck(tables, new Rows(transaction), collection)
}

/** Reads rows of one snapshot. */
class Rows {
  readonly #transaction: Transaction | undefined

  constructor (transaction: Transaction | undefined) {
    this.#transaction = transaction
  }

  /** A damaged row is none. */
  get ({ stored }: SealedTable, key: Buffer): Buffer | undefined {
    const sealed = stored.get(key, { transaction: this.#transaction })
    return sealed && isIntact(key, sealed) ? unseal(key, sealed) : undefined
  }

  /** With their checksums. */
  of ({ stored }: SealedTable, id: number): Iterable<Row> {
    return stored.getRange({ ...this.#range(id), transaction: this.#transaction })
  }

  keys ({ stored }: SealedTable, id: number): RangeIterable<Buffer> {
    return stored.getKeys({ ...this.#range(id), transaction: this.#transaction })
  }

  /** The keys of the rows that are not as they were written. */
  * damaged ({ stored }: SealedTable): Generator<Buffer> {
    for (const { key, value } of stored.getRange({ transaction: this.#transaction })) if (!isIntact(key, value)) yield key
  }

  /** The ids with which the rows of a table begin, each once. */
  * ids ({ stored }: SealedTable): Generator<number> {
    const nextFrom = (id: number): number | undefined => {
      const [key] = [...stored.getKeys({ start: rowPrefix(id), limit: 1, transaction: this.#transaction })]
      return key?.readUInt32BE()
    }
    for (let id = nextFrom(0); id !== undefined; id = nextFrom(id + 1)) yield id
  }

  #range (id: number): { start: Buffer, end: Buffer } {
    return { start: rowPrefix(id), end: rowPrefix(id + 1) }
  }
}

/** What a check of one collection has found. */
export interface CheckedCollection {
  readonly findings: readonly Finding[]
  /** How many keys each index has, by its name. */
  readonly keysPerIndex: ReadonlyMap<string, number>
  /** How many documents have been looked at. */
  readonly documents: number
  /** The names of the indexes that something is wrong with. */
  readonly invalidIndexes: ReadonlySet<string>
}

/** Compares the documents of one collection with its index entries and counters. */
export class CollectionCheck implements CheckedCollection {
  readonly keysPerIndex: Map<string, number>
  readonly invalidIndexes = new Set<string>()
  readonly findings: Finding[] = []
  readonly #tables: StoredTables
  readonly #rows: Rows
  readonly #collection: Collection
  readonly #indexes: readonly Index[]
  /** How many entries the documents have, by index. */
  readonly #entries = new Map<Index, number>()
  readonly #counted: Count
  documents = 0
  #bytes = 0

  constructor (tables: StoredTables, rows: Rows, collection: Collection) {
    this.#tables = tables
    this.#rows = rows
    this.#collection = collection
    this.#indexes = indexesWithRows(collection).filter(({ ready }) => ready)
    this.keysPerIndex = new Map(collection.indexes.filter(({ ready }) => ready).map(({ name }) => [name, 0]))
    const counted = rows.get(tables.counters, rowPrefix(collection.id))
    this.#counted = counted === undefined ? NO_DOCUMENTS : decodeCount(counted)
  }

  run (): Finding[] {
    const steps = this.steps()
    while (steps.next().done !== true);
    return this.findings
  }

  /** The same step by step, so that others can run in between: gives each document, and then `undefined` for each index entry. */
  * steps (): Generator<Buffer | undefined, void> {
    for (const { key, value } of this.#rows.of(this.#tables.documents, this.#collection.id)) yield this.#checkDocument(key, value)
    for (const index of this.#indexes) yield * this.#checkEntries(index)
    this.#checkCounter()
    const { recordIds, indexes } = this.#collection
    if (recordIds === 'id') this.keysPerIndex.set(indexes[0].name, this.documents)
  }

  #checkDocument (row: Buffer, sealed: Buffer): Buffer | undefined {
    const document = intact(row, sealed)
    if (document === undefined) return this.#find('corrupt document', row)
    this.documents++
    this.#bytes += document.length
    const recordId = row.subarray(4)
    if (!this.#belongs(recordId, document)) return this.#find('wrong record id', row)
    for (const index of this.#indexes) this.#checkEntriesOf(document, recordId, index)
    return document
  }

  #belongs (recordId: Buffer, document: Buffer): boolean {
    try {
      return belongs(this.#collection, recordId, documentValue(document), this.#counted.lastRecord)
    } catch {
      return false // what it would be stored by is missing
    }
  }

  #checkEntriesOf (document: Buffer, recordId: Buffer, index: Index): void {
    const { keys, arrayPaths, hasCutKeys } = indexKeys(documentValue(document), index)
    const isNoted = arrayPaths.every((path) => index.multikeyPaths.has(path)) && (index.hasCutKeys || !hasCutKeys)
    if (!isNoted) this.#find('missing flag', documentRow(this.#collection.id, recordId), index)
    for (const key of keys) {
      const row = entryRow(index, key, recordId)
      if (!this.#rows.get(this.#tables.entries, row)?.equals(recordId)) this.#find('missing entry', row, index)
    }
    this.#entries.set(index, (this.#entries.get(index) ?? 0) + keys.length)
  }

  /** All entries that the documents need are there; if there are no more, none is left over. */
  * #checkEntries (index: Index): Generator<undefined, void> {
    yield * this.#rows.keys(this.#tables.entries, index.id).map(() => this.#countKey(index))
    if (this.keysPerIndex.get(index.name) === (this.#entries.get(index) ?? 0)) return
    for (const { key, value } of this.#rows.of(this.#tables.entries, index.id)) {
      if (!isIntact(key, value) || !this.#isWanted(key, unseal(key, value), index)) this.#find('left over entry', key, index)
      yield
    }
  }

  #countKey ({ name }: Index): undefined {
    this.keysPerIndex.set(name, this.keysPerIndex.get(name)! + 1)
  }

  #isWanted (row: Buffer, recordId: Buffer, index: Index): boolean {
    const documentKey = documentRow(this.#collection.id, recordId)
    const document = this.#rows.get(this.#tables.documents, documentKey)
    return document !== undefined && isBson(document) &&
      indexKeys(documentValue(document), index).keys.some((key) => entryRow(index, key, recordId).equals(row))
  }

  #checkCounter (): void {
    const { documents, bytes } = this.#counted
    if (documents !== this.documents || bytes !== this.#bytes) this.#find('wrong counter', rowPrefix(this.#collection.id))
  }

  #find (problem: Finding['problem'], row: Buffer, index?: Index): undefined {
    if (index !== undefined) this.invalidIndexes.add(index.name)
    const place = index === undefined ? this.#collection.namespace : `${this.#collection.namespace} ${index.name}`
    this.findings.push({ problem, where: `${place} ${row.toString('hex')}` })
  }
}

/** The document, if its checksum and its structure are right. */
function intact (row: Buffer, sealed: Buffer): Buffer | undefined {
  if (!isIntact(row, sealed)) return undefined
  const document = unseal(row, sealed)
  return isBson(document) ? document : undefined
}

function isBson (document: Buffer): boolean {
  try {
    validateDocument(document, 0, document.length)
    return true
  } catch {
    return false // that is what is to be found out
  }
}

/** Those of documents are found with their collections. */
function damagedRows (tables: StoredTables, rows: Rows): Finding[] {
  const others = (['entries', 'counters', 'sessions', 'garbage', 'history'] as const).map((name) => ({ name, table: tables[name] }))
  return others.flatMap(({ name, table }) => [...rows.damaged(table)].map((key): Finding => ({ problem: 'corrupt row', where: `${name} ${key.toString('hex')}` })))
}

/** Rows of ids that neither belong to a collection or index nor wait to be removed. */
function strayRows ({ documents, entries, counters, garbage }: StoredTables, rows: Rows, catalog: Catalog): Finding[] {
  const collections = catalog.collections()
  const discarded = [...rows.ids(garbage)]
  const collectionIds = new Set([...discarded, ...collections.map(({ id }) => id)])
  const indexIds = new Set([...discarded, ...collections.flatMap(({ indexes }) => indexes.map(({ id }) => id))])
  const tables: Array<[SealedTable, string, Set<number>]> = [[documents, 'documents', collectionIds], [counters, 'counters', collectionIds], [entries, 'entries', indexIds]]
  return tables.flatMap(([table, name, known]) => [...rows.ids(table)]
    .filter((id) => !known.has(id))
    .map((id): Finding => ({ problem: 'rows of nothing', where: `${name} ${id}` })))
}
