import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Where LMDB's meta page (mdb.c: MDB_page, MDB_meta) has its magic number, its version and the size of all pages. */
const MAGIC_AT = 24
const VERSION_AT = 28
const PAGE_SIZE_AT = 48
const HEADER_BYTES = 52

const MAGIC = 0xbeefc0de
const VERSION = 2

/**
 * Looks at both meta pages before LMDB does, which takes down the process over a file that it has not written.
 * @throws {Error} when the file is another's, or damaged
 */
export function checkDataFile (path: string): void {
  const file = openIfThere(path)
  if (file === undefined) return
  try {
    if (fstatSync(file).size === 0) return // left by a first start that did not get far
    const first = readHeader(file, 0)
    if (!isMeta(first) || !isMeta(readHeader(file, first.readUInt32LE(PAGE_SIZE_AT)))) {
      throw new Error(`${path} is damaged, or was not written by Quire. Restore it from a backup, or choose another data directory.`)
    }
  } finally {
    closeSync(file)
  }
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
  const header = Buffer.alloc(HEADER_BYTES)
  readSync(file, header, 0, HEADER_BYTES, position)
  return header
}

function isMeta (header: Buffer): boolean {
  return header.readUInt32LE(MAGIC_AT) === MAGIC && header.readUInt32LE(VERSION_AT) === VERSION
}
