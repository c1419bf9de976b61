import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const secretPattern = /^[\w-]{43}$/ // 256 bits in base64url

/**
 * The secret kept in `file`, made on first use. The file appears whole and on disk or not at all, and of
 * several first starts at once one wins and all use its secret: link(2) never replaces a file.
 */
export function keptSecret (file: string): string {
  const secret = read(file) ?? create(file)
  if (!secretPattern.test(secret)) throw new Error(`${file} is damaged: it should hold 43 base64url characters`)
  return secret
}

function read (file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function create (file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeDurably(draft, `${randomBytes(32).toString('base64url')}\n`)
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
  syncDirectory(dirname(file))
  return readFileSync(file, 'utf8').trim()
}

function writeDurably (file: string, text: string): void {
  const descriptor = openSync(file, 'wx', 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function syncDirectory (directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function hasCode (error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
