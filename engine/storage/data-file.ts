import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** In a data directory. */
export const DATA_FILE = 'data.mdb'

/** What stands on the disk is not what was written there: for the operator, since no other try can mend it. */
export class DamagedFile extends Error {
  constructor (path: string, finding: string) {
    super(`${path} is damaged, or was not written by Quire (${finding}). \`quire db check\` reads all of it; restore a backup with \`quire db restore\`, save what can be read with \`quire db salvage\`, or choose another data directory.`)
  }
}

/** A B+ tree (mdb.c: MDB_db). */
export interface Tree {
  readonly flags: number
  readonly depth: number
  readonly branchPages: number
  readonly leafPages: number
  readonly overflowPages: number
  readonly entries: number
  /** NO_PAGE of an empty tree. */
  readonly root: number
}

/** What LMDB knows of a commit (mdb.c: MDB_meta). */
export interface Meta {
  readonly pageSize: number
  readonly transaction: number
  readonly lastPage: number
  readonly free: Tree
  /** Its rows are the tables. */
  readonly main: Tree
}

export const NO_PAGE = 2 ** 64
export const PAGE_HEADER_BYTES = 24
export const TREE_BYTES = 48
/** Where a page has its number, the transaction that wrote it, and what it is (mdb.c: MDB_page_header). */
export const TRANSACTION_AT = 8
export const FLAGS_AT = 18

/** Where a meta page has its fields: magic number and version, two trees, the last page, the transaction. */
const MAGIC_AT = 24
const VERSION_AT = 28
const FREE_TREE_AT = 48
const MAIN_TREE_AT = FREE_TREE_AT + TREE_BYTES
const LAST_PAGE_AT = MAIN_TREE_AT + TREE_BYTES
const META_TRANSACTION_AT = LAST_PAGE_AT + 8
const META_BYTES = META_TRANSACTION_AT + 8

/** Of the machines there are; the second meta page stands behind the first. */
const PAGE_SIZES = [4096, 8192, 16_384, 32_768, 65_536]
const MAGIC = 0xbeefc0de
const VERSION = 2
const META_FLAG = 0x08
/** What disks write at once. */
const SECTOR_BYTES = 512
/** What a first start has written at most before its first commit. */
const MAX_UNBORN_BYTES = 65_536

/**
 * What LMDB wrote at the end of the last commit, or nothing where there has not been any: a first start did not get far then.
 * LMDB trusts these pages, and takes down the process over a file that it has not written.
 * @throws {DamagedFile} when the file is another's, or damaged
 */
export function readMeta (path: string): Meta | undefined {
  const file = openIfThere(path)
  if (file === undefined) return undefined
  try {
    const first = readHeader(file, 0)
    const pageSize = isMeta(first, 0) ? first.readUInt32LE(FREE_TREE_AT) : 4096
    const second = readHeader(file, pageSize)
    const { size } = fstatSync(file)
    const mayBeUnborn = size === 0 || (size >= SECTOR_BYTES && size <= MAX_UNBORN_BYTES)
    if (mayBeUnborn && isUnborn(first, 0) && isUnborn(second, 1)) return undefined
    return newest(path, first, second)
  } finally {
    closeSync(file)
  }
}

/** Of a file that may be damaged: all meta pages that can be read, that of the last commit first. */
export function readMetas (path: string): Meta[] {
  const file = openSync(path, 'r')
  try {
    const first = readHeader(file, 0)
    const metas = isMeta(first, 0) && PAGE_SIZES.includes(metaIn(first).pageSize) ? [metaIn(first)] : []
    // Without the first one all sizes are tried; what stands there must say the size itself, because it may also be a part of a document.
    const sizes = metas.length > 0 ? metas.map(({ pageSize }) => pageSize) : PAGE_SIZES
    const second = sizes.map((size) => ({ size, header: readHeader(file, size) })).find(({ size, header }) => isMeta(header, 1) && metaIn(header).pageSize === size)
    if (second !== undefined) metas.push(metaIn(second.header))
    return metas.sort((a, b) => b.transaction - a.transaction)
  } finally {
    closeSync(file)
  }
}

export function readTree (bytes: Buffer, at: number): Tree {
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    branchPages: readWord(bytes, at + 8),
    leafPages: readWord(bytes, at + 16),
    overflowPages: readWord(bytes, at + 24),
    entries: readWord(bytes, at + 32),
    root: readWord(bytes, at + 40)
  }
}

export function readWord (bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}

function openIfThere (path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What is missing at the end of a short file is zero. */
function readHeader (file: number, position: number): Buffer {
  const header = Buffer.alloc(META_BYTES)
  readSync(file, header, 0, META_BYTES, position)
  return header
}

function isMeta (header: Buffer, page: number): boolean {
  return readWord(header, 0) === page && header.readUInt16LE(FLAGS_AT) === META_FLAG &&
    header.readUInt32LE(MAGIC_AT) === MAGIC && header.readUInt32LE(VERSION_AT) === VERSION
}

/** Whether a meta page is not there yet, or of no commit. */
function isUnborn (header: Buffer, page: number): boolean {
  return header.every((byte) => byte === 0) || (isMeta(header, page) && readWord(header, META_TRANSACTION_AT) === 0)
}

/** Commits take turns with the two pages, so that one is always whole: what does not look like that is damaged. */
function newest (path: string, first: Buffer, second: Buffer): Meta {
  if (!isMeta(first, 0) || !isMeta(second, 1)) throw new DamagedFile(path, 'a meta page is none')
  const isAlike = first.subarray(FREE_TREE_AT, FREE_TREE_AT + 6).equals(second.subarray(FREE_TREE_AT, FREE_TREE_AT + 6))
  const [even, odd] = [first, second].map((header) => readWord(header, META_TRANSACTION_AT))
  if (!isAlike || even % 2 !== 0 || Math.abs(even - odd) !== 1) throw new DamagedFile(path, 'the meta pages contradict each other')
  return metaIn(even > odd ? first : second)
}

function metaIn (header: Buffer): Meta {
  return {
    pageSize: header.readUInt32LE(FREE_TREE_AT),
    transaction: readWord(header, META_TRANSACTION_AT),
    lastPage: readWord(header, LAST_PAGE_AT),
    free: readTree(header, FREE_TREE_AT),
    main: readTree(header, MAIN_TREE_AT)
  }
}
