import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { DamagedFile, NO_PAGE, PAGE_HEADER_BYTES, readTree, readWord, TRANSACTION_AT, TREE_BYTES, type Meta, type Tree } from './data-file.js'
import { BRANCH, childOf, flagsOf, LEAF, LOWER_AT, MAX_DEPTH, OVERFLOW, readFreePages, readNodes, SUBTREE, valueOf, type Node } from './page.js'

/** What of a tree has been met. */
interface Tally { branchPages: number, leafPages: number, overflowPages: number, entries: number }

/** Where in a tree a page stands: the keys on it are `low` or higher, and lower than `high`. */
interface Place { readonly depth: number, readonly low?: Buffer, readonly high?: Buffer }

/** What is to be thought of tables and rows: each returns what is wrong. */
export interface Checks {
  /** Called with each row of a table; those of `meta` come first. */
  row (table: string, key: Buffer, value: Buffer): string | undefined
  /** Called with the names of all tables when `meta` has been read, and before any other. */
  tables (names: readonly string[]): string | undefined
}

interface Reading { readonly tree: Tree, readonly tally: Tally, readonly row: (key: Buffer, value: Buffer, flags: number) => void, readonly compare: (a: Buffer, b: Buffer) => number }

/**
 * Reads every page that a commit consists of, as a file and not through LMDB, which trusts what it finds: one changed byte in a
 * page can hide rows, or end the process. With checksums in all rows nothing is left that could change without being
 * noticed, but for what is not used.
 */
export class PageWalk {
  readonly #path: string
  readonly #meta: Meta
  readonly #checks: Checks
  readonly #file: number
  readonly #met: Uint8Array
  readonly #pages: number
  /** How many free pages are behind the end of the file. */
  #unwritten = 0

  constructor (path: string, meta: Meta, checks: Checks) {
    this.#path = path
    this.#meta = meta
    this.#checks = checks
    this.#file = openSync(path, 'r')
    this.#pages = Math.min(meta.lastPage + 1, Math.floor(fstatSync(this.#file).size / meta.pageSize))
    this.#met = new Uint8Array(this.#pages)
  }

  /**
   * Whether the file has lost pages at its end. It may end before the last page that LMDB has given out without damage: pages
   * that one commit has taken and given back are free, and never written. Which ones are free is known when the first row is read.
   */
  get isCutOff (): boolean {
    return this.#pages + this.#unwritten <= this.#meta.lastPage
  }

  /**
   * Goes on from page to page.
   * @throws {DamagedFile} for the first that is damaged
   */
  * run (): Generator<void, void> {
    try {
      yield * this.#tree(this.#meta.free, (_key, value) => this.#checkFree(value), compareIntegers)
      const tables: Array<[name: string, tree: Tree]> = []
      yield * this.#tree(this.#meta.main, (key, value, flags) => tables.push([this.#nameOf(key, flags), this.#treeIn(value)]))
      // The row that says which rows have checksums comes first.
      tables.sort(([name], [other]) => Number(other === 'meta') - Number(name === 'meta'))
      for (const [index, [name, tree]] of tables.entries()) {
        if (index === 1) this.#checkNames(tables.map(([name]) => name))
        if (tree.flags !== 0) this.#fail(`the table ${name} has flags ${tree.flags}`)
        yield * this.#tree(tree, (key, value) => this.#checkRow(name, key, value))
      }
    } finally {
      closeSync(this.#file)
    }
  }

  * #tree (tree: Tree, row: Reading['row'], compare: Reading['compare'] = Buffer.compare): Generator<void, void> {
    const tally: Tally = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 }
    if (tree.depth > MAX_DEPTH) this.#fail(`a tree has depth ${tree.depth}`)
    if (tree.root !== NO_PAGE) yield * this.#page(tree.root, { depth: 1 }, { tree, tally, row, compare })
    for (const [name, count] of Object.entries(tally)) {
      if (tree[name as keyof Tally] !== count) this.#fail(`a tree has ${count} ${name} instead of ${tree[name as keyof Tally]}`)
    }
  }

  * #page (number: number, place: Place, reading: Reading): Generator<void, void> {
    yield
    const isLeaf = place.depth === reading.tree.depth
    const page = this.#read(number, 1, isLeaf ? LEAF : BRANCH)
    const nodes = this.#nodes(page, number, isLeaf)
    this.#checkOrder(nodes, number, place, isLeaf, reading)
    if (isLeaf) {
      reading.tally.leafPages++
      reading.tally.entries += nodes.length
      for (const node of nodes) reading.row(node.key, this.#value(page, node, reading), node.flags)
      return
    }
    reading.tally.branchPages++
    for (const [index, node] of nodes.entries()) {
      const low = index === 0 ? place.low : node.key
      const high = index + 1 < nodes.length ? nodes[index + 1].key : place.high
      yield * this.#page(childOf(page, node), { depth: place.depth + 1, low, high }, reading)
    }
  }

  /** A page, or several that hold one long value. */
  #read (number: number, count: number, flags: number): Buffer {
    const { pageSize, transaction } = this.#meta
    if (number < 2 || number + count > this.#pages) this.#fail(`page ${number} is not there`)
    const page = Buffer.allocUnsafe(count * pageSize)
    if (readSync(this.#file, page, 0, page.length, number * pageSize) < page.length) this.#fail(`page ${number} ends early`)
    if (readWord(page, 0) !== number || flagsOf(page) !== flags || readWord(page, TRANSACTION_AT) > transaction) this.#fail(`page ${number} is another`)
    this.#meet(number, count)
    return page
  }

  #meet (number: number, count: number): void {
    if (this.#met.subarray(number, number + count).some((isMet) => isMet === 1)) this.#fail(`page ${number} is used twice`)
    this.#met.fill(1, number, number + count)
  }

  #nodes (page: Buffer, number: number, isLeaf: boolean): Node[] {
    const { nodes, finding } = readNodes(page, isLeaf)
    if (finding !== undefined) this.#fail(`page ${number} ${finding}`)
    return nodes
  }

  /** The first key of a branch stands for all lower ones, and is not looked at. */
  #checkOrder (nodes: readonly Node[], number: number, { low, high }: Place, isLeaf: boolean, { compare }: Reading): void {
    let before = low
    let isAfter = (order: number): boolean => order >= 0
    for (const { key } of isLeaf ? nodes : nodes.slice(1)) {
      if (before !== undefined && !isAfter(compare(key, before))) this.#fail(`page ${number} has keys out of order`)
      before = key
      isAfter = (order) => order > 0
    }
    if (high !== undefined && before !== undefined && compare(before, high) >= 0) this.#fail(`page ${number} has keys of another`)
  }

  #value (page: Buffer, node: Node, { tally }: Reading): Buffer {
    const value = valueOf(page, node, this.#meta)
    if (Buffer.isBuffer(value)) return value
    const { page: number, count, noted } = value
    const pages = this.#read(number, count, OVERFLOW)
    if (noted !== count || pages.readUInt32LE(LOWER_AT) !== count) this.#fail(`page ${number} is not the value that is referred to`)
    tally.overflowPages += count
    return pages.subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + node.size)
  }

  #nameOf (key: Buffer, flags: number): string {
    if (flags !== SUBTREE) this.#fail('a row beside the tables')
    return key.toString().replace(/\0$/, '')
  }

  #treeIn (value: Buffer): Tree {
    if (value.length !== TREE_BYTES) this.#fail('a table without a tree')
    return readTree(value, 0)
  }

  #checkNames (names: readonly string[]): void {
    const finding = this.#checks.tables(names)
    if (finding !== undefined) this.#fail(finding)
  }

  #checkRow (table: string, key: Buffer, value: Buffer): void {
    const finding = this.#checks.row(table, key, value)
    if (finding !== undefined) this.#fail(`${finding}, table ${table}, row ${key.toString('hex', 0, 64)}`)
  }

  #checkFree (list: Buffer): void {
    const pages = readFreePages(list) ?? this.#fail('a list of free pages is too long')
    for (const { number, count } of pages) this.#checkFreePages(number, count)
  }

  #checkFreePages (number: number, count: number): void {
    if (number < 2 || number + count > this.#meta.lastPage + 1) this.#fail(`page ${number} cannot be free`)
    const written = Math.max(0, Math.min(count, this.#pages - number))
    this.#meet(number, written)
    this.#unwritten += count - written
  }

  #fail (finding: string): never {
    throw new DamagedFile(this.#path, finding)
  }
}

function compareIntegers (a: Buffer, b: Buffer): number {
  return readWord(a, 0) - readWord(b, 0)
}
