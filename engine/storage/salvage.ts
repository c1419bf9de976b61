import { join } from 'node:path'
import { validateDocument } from '../bson/validate.js'
import { decodeEntry } from './catalog-row.js'
import { isView, type Collection, type Entry } from './catalog.js'
import { decodeCount } from './count.js'
import { DATA_FILE, NO_PAGE, readMetas, type Meta, type Tree } from './data-file.js'
import { FORMAT, formatIn } from './format.js'
import { Namespace } from './namespace.js'
import { SalvageTarget } from './salvage-target.js'
import { FREE, SalvagedPages } from './salvaged-pages.js'
import { isIntact, unseal } from './sealed.js'
import type { Store } from './store.js'
import type { Row, TableName } from './table.js'

export interface Salvaged {
  readonly collections: ReadonlyArray<Pick<SalvageTarget, 'namespace' | 'saved' | 'counted' | 'lost'>>
  /** What else is lost, or perhaps: of a page it cannot be told what was on it. */
  readonly lost: readonly string[]
}

/** The keys of all tables begin with one, and those of the small tables are nothing else. */
const ID_BYTES = 4
/** Without the list of free pages it cannot be told of what nothing leads to whether that is by damage. */
const REMOVED = 'documents that had been removed may be back'
/** What it means, by the number of meta pages that can be read. */
const LOST_META: ReadonlyArray<readonly string[]> = [[`both meta pages: ${REMOVED}`], ['a meta page, and with it perhaps the last commit'], []]
/** What the rows of dropped collections and indexes say (garbage.ts). */
const GARBAGE = new Set(['documents', 'entries'])
/** The database of documents whose collection cannot be told. */
const NAMELESS = 'salvaged'
const NO_TREE: Tree = { flags: 0, depth: 0, branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0, root: NO_PAGE }
/** When both meta pages are gone nothing leads to any page, and all are looked at. */
const NO_META: Meta = { pageSize: 4096, transaction: Infinity, lastPage: 0, free: NO_TREE, main: NO_TREE }

/**
 * Takes from a damaged directory, which is only read, to an empty store: every document that is as it was written, with its collection,
 * and views; indexes are built anew. History and sessions are left behind.
 * @throws {Error} when a newer version has written the data
 */
export async function salvage (directory: string, store: Store): Promise<Salvaged> {
  const path = join(directory, DATA_FILE)
  const metas = readMetas(path)
  const pages = new SalvagedPages(path, metas[0] ?? NO_META)
  try {
    const format = formatIn(pages.table('meta'))
    if (format !== undefined && format > FORMAT) throw new Error(`the data in ${directory} have format ${format}, which a newer version of Quire has written`)
    return await new Salvage(pages, store, LOST_META[metas.length]).run()
  } finally {
    pages.close()
  }
}

class Salvage {
  readonly #pages: SalvagedPages
  readonly #store: Store
  readonly #lost: string[] = []
  readonly #entries = new Map<number, Entry>()
  readonly #counts = new Map<number, number>()
  /** The ids of which only garbage is left. */
  readonly #dropped = new Set<number>()
  readonly #targets = new Map<number, SalvageTarget>()

  constructor (pages: SalvagedPages, store: Store, lost: readonly string[]) {
    this.#pages = pages
    this.#store = store
    this.#lost.push(...lost)
  }

  async run (): Promise<Salvaged> {
    for (const row of this.#pages.table('catalog')) if (!this.#describe(row)) this.#lost.push(`row ${row.key.toString('hex', 0, 64)} of the catalog cannot be read`)
    for (const table of ['counters', 'garbage'] as const) for (const row of this.#pages.table(table)) this.#describe(row)
    this.#pages.knowOthers(['meta', 'entries', 'sessions', 'history'])
    if (this.#damagedIn('catalog').length > 0) for (const row of this.#pages.strays()) this.#describe(row)
    for (const [id, entry] of this.#entries) if (!isView(entry)) await this.#addTarget(id, entry)
    await this.#takeDocuments()
    if (this.#damagedIn('documents').length > 0) await this.#takeStrays()
    for (const target of this.#targets.values()) await target.buildIndexes()
    for (const entry of this.#entries.values()) if (isView(entry) && this.#isFree(entry)) await this.#store.write((tx) => tx.createView(entry.namespace, entry.viewOn, entry.pipeline))
    this.#account()
    return { collections: [...this.#targets.values()], lost: this.#lost }
  }

  /** Learns from a row of the three small tables, if it is as it was written. Of several with one id the first is the newest. */
  #describe ({ key, value: sealed }: Row): boolean {
    if (key.length !== ID_BYTES || !isIntact(key, sealed)) return false
    const [id, value] = [key.readUInt32BE(), unseal(key, sealed)]
    const entry = entryIn(id, value)
    if (entry !== undefined) this.#entries.set(id, this.#entries.get(id) ?? entry)
    else if (value.length === 16 || value.length === 24) this.#counts.set(id, this.#counts.get(id) ?? decodeCount(value).documents)
    else if (GARBAGE.has(value.toString())) this.#dropped.add(id)
    else return false
    return true
  }

  async #takeDocuments (): Promise<void> {
    let last: SalvageTarget | undefined
    for (const row of this.#pages.table('documents')) {
      const document = documentIn(row)
      const target = await this.#targetOf(row, document)
      if (last !== target) await last?.flush()
      last = target
      const recordId = row.key.subarray(ID_BYTES)
      if (document === undefined) target?.lose(recordId, 'its checksum is wrong')
      else await target?.take(recordId, document)
    }
    await last?.flush()
  }

  /** Of the collections that have all their documents nothing can be astray but what was removed. */
  async #takeStrays (): Promise<void> {
    if (this.#damagedIn(FREE).length > 0) this.#lost.push(`the list of free pages: ${REMOVED}`)
    const complete = new Set([...this.#targets.values()].filter(({ isComplete }) => isComplete))
    for (const row of this.#pages.strays()) {
      const document = documentIn(row)
      const target = document && await this.#targetOf(row, document)
      if (target !== undefined && !complete.has(target)) await target.takeStray(row.key.subarray(ID_BYTES), document!)
    }
    for (const target of this.#targets.values()) await target.flush()
  }

  /** The collection that a row is of; of one that is not known nothing is made for what is no document. */
  async #targetOf ({ key }: Row, document: Buffer | undefined): Promise<SalvageTarget | undefined> {
    if (key.length <= ID_BYTES) return undefined
    const id = key.readUInt32BE()
    if (this.#dropped.has(id)) return undefined
    return this.#targets.get(id) ?? (document && await this.#addTarget(id))
  }

  async #addTarget (id: number, source?: Collection): Promise<SalvageTarget> {
    const isNamed = source !== undefined && this.#isFree(source)
    const namespace = isNamed ? source.namespace : new Namespace(NAMELESS, `collection${id}`)
    const target = new SalvageTarget({ store: this.#store, namespace, source, counted: this.#counts.get(id) })
    if (!isNamed) target.lost.push(source === undefined ? 'its name, options and indexes' : `its name, ${source.namespace}, is that of a newer collection`)
    await target.create()
    this.#targets.set(id, target)
    return target
  }

  #isFree ({ namespace }: Entry): boolean {
    return this.#store.catalog.entry(namespace) === undefined
  }

  /** Notes what no collection knows to be lost. */
  #account (): void {
    for (const [id, documents] of this.#counts) {
      if (documents > 0 && !this.#targets.has(id) && !this.#dropped.has(id)) this.#lost.push(`${documents} documents of a collection of which nothing else is left`)
    }
    const hasAll = [...this.#targets.values()].every(({ isComplete }) => isComplete)
    const pages = [...this.#damagedIn('catalog'), ...(hasAll ? [] : this.#damagedIn('documents'))]
    for (const { table, page, finding } of pages) this.#lost.push(`page ${page} of the ${table}: ${finding}`)
  }

  #damagedIn (name: TableName | typeof FREE): SalvagedPages['damaged'] {
    return this.#pages.damaged.filter(({ table }) => table === name)
  }
}

function entryIn (id: number, value: Buffer): Entry | undefined {
  try {
    validateDocument(value, 0, value.length)
    return decodeEntry(id, value)
  } catch {
    return undefined // a row of another table
  }
}

/** The document of a row, if its checksum and its structure are right. */
function documentIn ({ key, value: sealed }: Row): Buffer | undefined {
  if (!isIntact(key, sealed)) return undefined
  const document = unseal(key, sealed)
  try {
    validateDocument(document, 0, document.length)
    return document
  } catch {
    return undefined // a row of another table
  }
}
