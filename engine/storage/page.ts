import { FLAGS_AT, PAGE_HEADER_BYTES, readWord, type Meta } from './data-file.js'

/** What a page is, and what a node on it is (mdb.c: P_*, F_*). */
export const BRANCH = 0x01
export const LEAF = 0x02
export const OVERFLOW = 0x04
const BIG_VALUE = 0x01
export const SUBTREE = 0x02

export const LOWER_AT = 20
const UPPER_AT = 22
const NODE_HEADER_BYTES = 8
/** What stands for a long value: its first page, a transaction that nobody asks for, the number of pages (mdb.c: MDB_ovpage). */
const REFERENCE_BYTES = 24
const COUNT_AT = 16
/** Deeper than any tree: what is deeper has been damaged. */
export const MAX_DEPTH = 32

/** A row on a leaf page; on a branch page a key, and the page where that key and what follows it stand. */
export interface Node { readonly flags: number, readonly key: Buffer, readonly at: number, readonly size: number }

/** Where a long value stands. */
export interface LongValue { readonly page: number, readonly count: number, readonly noted: number }

export function flagsOf (page: Buffer): number {
  return page.readUInt16LE(FLAGS_AT)
}

/**
 * The nodes of a page that can be read, in the order of their keys, and what is wrong with the page. They stand one after the other at its
 * end, and the places of them at its beginning.
 */
export function readNodes (page: Buffer, isLeaf: boolean): { nodes: Node[], finding?: string } {
  const [lower, upper] = [page.readUInt16LE(LOWER_AT), page.readUInt16LE(UPPER_AT)]
  if (lower % 2 !== 0 || lower > upper || upper + PAGE_HEADER_BYTES > page.length) return { nodes: [], finding: 'has no nodes' }
  const nodes: Node[] = []
  let finding: string | undefined
  let bytes = 0
  for (let place = 0; place < lower; place += 2) {
    const at = page.readUInt16LE(PAGE_HEADER_BYTES + place) + PAGE_HEADER_BYTES
    if (at < upper + PAGE_HEADER_BYTES || at + NODE_HEADER_BYTES > page.length) {
      finding ??= 'has a node outside of it'
      continue
    }
    const node = nodeAt(page, at)
    const length = lengthOf(node, isLeaf)
    if (at + length > page.length) {
      finding ??= 'has a node that is too long'
      continue
    }
    bytes += length + length % 2
    nodes.push(node)
  }
  if (bytes !== page.length - PAGE_HEADER_BYTES - upper) finding ??= 'has gaps'
  return { nodes, finding }
}

/** The page that a node of a branch leads to. */
export function childOf (page: Buffer, { at, flags }: Node): number {
  return page.readUInt32LE(at) + flags * 2 ** 32
}

/** The value of a row, or where it stands. */
export function valueOf (page: Buffer, { flags, key, at, size }: Node, { pageSize }: Meta): Buffer | LongValue {
  const start = at + NODE_HEADER_BYTES + key.length
  if ((flags & BIG_VALUE) === 0) return page.subarray(start, start + size)
  return { page: readWord(page, start), count: Math.ceil((PAGE_HEADER_BYTES + size) / pageSize), noted: readWord(page, start + COUNT_AT) }
}

/**
 * What is in a list of free pages: numbers behind their own number, each alone or, behind the negative count, the first of several; zero is
 * nothing. `undefined` when the list cannot be as long as it says.
 */
export function readFreePages (list: Buffer): Array<{ number: number, count: number }> | undefined {
  const length = list.length < 8 ? 0 : readWord(list, 0)
  if (8 * (length + 1) > list.length) return undefined
  const pages: Array<{ number: number, count: number }> = []
  for (let index = 1; index <= length; index++) {
    const word = Number(list.readBigInt64LE(8 * index))
    const count = word < 0 ? -word : 1
    const number = word < 0 && index < length ? readWord(list, 8 * ++index) : word
    if (number !== 0) pages.push({ number, count })
  }
  return pages
}

function nodeAt (page: Buffer, at: number): Node {
  const start = at + NODE_HEADER_BYTES
  return { flags: page.readUInt16LE(at + 4), key: page.subarray(start, start + page.readUInt16LE(at + 6)), at, size: page.readUInt32LE(at) }
}

function lengthOf ({ flags, key, size }: Node, isLeaf: boolean): number {
  const value = (flags & BIG_VALUE) === 0 ? size : REFERENCE_BYTES
  return NODE_HEADER_BYTES + key.length + (isLeaf ? value : 0)
}
