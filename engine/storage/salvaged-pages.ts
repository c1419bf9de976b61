import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { NO_PAGE, PAGE_HEADER_BYTES, readTree, readWord, TRANSACTION_AT, TREE_BYTES, type Meta, type Tree } from './data-file.js'
import { BRANCH, childOf, flagsOf, LEAF, MAX_DEPTH, readFreePages, readNodes, SUBTREE, valueOf, type Node } from './page.js'
import type { Row, TableName } from './table.js'

/** A page that is not as it was written, and what it was of. */
export interface DamagedPage { readonly table: string, readonly page: number, readonly finding: string }

/** The trees that a commit has beside its tables, as reports call them: that of the free pages, and that which leads to the tables. */
export const FREE = 'free pages'
const MAIN = 'tables'

/**
 * Reads what can be read of a damaged data file, as a file and not through LMDB: no page and no bad sector can end the process. Rows are given
 * as they are found; their checksums tell which are right. Pages that nothing leads to any more can be read as well.
 */
export class SalvagedPages {
  readonly damaged: DamagedPage[] = []
  readonly #file: number
  readonly #meta: Meta
  readonly #pages: number
  /** The pages that some tree leads to, and the free ones. */
  readonly #known: Uint8Array
  readonly #tables = new Map<string, Tree>()

  constructor (path: string, meta: Meta) {
    this.#file = openSync(path, 'r')
    this.#meta = meta
    this.#pages = Math.floor(fstatSync(this.#file).size / meta.pageSize)
    this.#known = new Uint8Array(this.#pages)
    for (const { key, value } of this.#rows(MAIN, meta.main)) {
      if (value.length === TREE_BYTES) this.#tables.set(key.toString().replace(/\0$/, ''), readTree(value, 0))
    }
  }

  close (): void {
    closeSync(this.#file)
  }

  /** The rows that a table leads to. */
  * table (name: TableName): Generator<Row, void> {
    const tree = this.#tables.get(name)
    if (tree === undefined) this.#note(name, 0, 'nothing leads to it')
    else yield * this.#rows(name, tree)
  }

  /** Reads the free pages, and those of the other tables, so that what is left is what damage has cut off. */
  knowOthers (names: readonly TableName[]): void {
    for (const rows of names.map((name) => this.table(name))) while (rows.next().done !== true);
    for (const { value } of this.#rows(FREE, this.#meta.free)) {
      for (const { number, count } of readFreePages(value) ?? []) {
        if (number >= 2) this.#known.fill(1, number, number + count)
      }
    }
  }

  /** The rows of the pages that nothing leads to, the newest pages first: there may be older ones of the same row. */
  * strays (): Generator<Row, void> {
    const leaves: Array<{ number: number, transaction: number }> = []
    for (let number = 2; number < this.#pages; number++) {
      const page = this.#known[number] === 0 ? this.#read(number) : undefined
      if (page === undefined || readWord(page, 0) !== number || flagsOf(page) !== LEAF) continue
      const transaction = readWord(page, TRANSACTION_AT)
      if (transaction <= this.#meta.transaction) leaves.push({ number, transaction })
    }
    for (const { number } of leaves.sort((a, b) => b.transaction - a.transaction)) {
      const page = this.#read(number)!
      for (const node of readNodes(page, true).nodes) {
        const value = this.#value(page, node)
        if (value !== undefined && node.flags !== SUBTREE) yield { key: node.key, value }
      }
    }
  }

  * #rows (table: string, tree: Tree): Generator<Row, void> {
    if (tree.root === NO_PAGE) return
    let count = 0
    for (const row of this.#page(table, tree.root, { depth: 1, leafDepth: tree.depth, visited: new Uint8Array(this.#pages) })) {
      count++
      yield row
    }
    if (count !== tree.entries) this.#note(table, tree.root, `leads to ${count} of ${tree.entries} rows`)
  }

  * #page (table: string, number: number, place: { depth: number, leafDepth: number, visited: Uint8Array }): Generator<Row, void> {
    const page = place.depth > MAX_DEPTH || place.visited[number] === 1 ? undefined : this.#read(number)
    if (page === undefined) return this.#note(table, number, 'cannot be read')
    place.visited[number] = 1
    this.#known[number] = 1
    const isLeaf = this.#isLeaf(table, number, page, place)
    const { nodes, finding } = readNodes(page, isLeaf)
    if (finding !== undefined) this.#note(table, number, finding)
    for (const node of nodes) {
      if (!isLeaf) yield * this.#page(table, childOf(page, node), { ...place, depth: place.depth + 1 })
      else yield * this.#row(table, number, page, node)
    }
  }

  /** What the page says, or what it should be if that is nothing. */
  #isLeaf (table: string, number: number, page: Buffer, { depth, leafDepth }: { depth: number, leafDepth: number }): boolean {
    const flags = flagsOf(page)
    if (readWord(page, 0) === number && (flags === LEAF || flags === BRANCH)) return flags === LEAF
    this.#note(table, number, 'is another')
    return depth >= leafDepth
  }

  * #row (table: string, number: number, page: Buffer, node: Node): Generator<Row, void> {
    const value = this.#value(page, node)
    if (value === undefined) this.#note(table, number, `has a value that cannot be read, row ${node.key.toString('hex', 0, 64)}`)
    else yield { key: node.key, value }
  }

  #value (page: Buffer, node: Node): Buffer | undefined {
    const value = valueOf(page, node, this.#meta)
    if (Buffer.isBuffer(value)) return value
    const pages = this.#read(value.page, value.count)
    if (pages !== undefined) this.#known.fill(1, value.page, value.page + value.count)
    return pages?.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + node.size)
  }

  /** `undefined` for what is not in the file, or on a sector that cannot be read. */
  #read (number: number, count = 1): Buffer | undefined {
    if (number < 2 || number + count > this.#pages) return undefined
    const { pageSize } = this.#meta
    const pages = Buffer.allocUnsafe(count * pageSize)
    try {
      return readSync(this.#file, pages, 0, pages.length, number * pageSize) === pages.length ? pages : undefined
    } catch {
      return undefined // whatever the reason: the page is noted, and all that follow are tried
    }
  }

  #note (table: string, page: number, finding: string): void {
    this.damaged.push({ table, page, finding })
  }
}
