import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA_FILE } from '../storage/data-file.js'
import { FORMAT } from '../storage/format.js'

const MANIFEST_FILE = 'manifest.json'

/** What a backup says of itself. */
export interface Manifest {
  /** The storage's, as environment.ts numbers it. */
  readonly format: number
  /** When the copy was asked for: every write answered before is in it. ISO 8601. */
  readonly createdAt: string
  /** Of data.mdb, in bytes. */
  readonly size: number
  /** Of data.mdb, in hexadecimal. */
  readonly sha256: string
}

export function hasManifest (directory: string): boolean {
  return existsSync(join(directory, MANIFEST_FILE))
}

export function writeManifest (directory: string, manifest: Manifest): void {
  writeFileSync(join(directory, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`, { flush: true })
}

/** @throws {Error} when the directory is not a backup, or one that this version cannot read */
export function readManifest (directory: string): Manifest {
  if (!hasManifest(directory)) throw new Error(`${directory} is not a backup: it has no ${MANIFEST_FILE}`)
  const manifest = parse(readFileSync(join(directory, MANIFEST_FILE), 'utf8'))
  if (manifest === undefined) throw new Error(`${join(directory, MANIFEST_FILE)} is damaged`)
  if (manifest.format > FORMAT) throw new Error(`the backup has format ${manifest.format}, which a newer version of Quire has written; this version reads up to format ${FORMAT}`)
  return manifest
}

function parse (text: string): Manifest | undefined {
  try {
    const { format, createdAt, size, sha256 } = JSON.parse(text)
    const isManifest = Number.isInteger(format) && typeof createdAt === 'string' && Number.isInteger(size) && typeof sha256 === 'string'
    return isManifest ? { format, createdAt, size, sha256 } : undefined
  } catch {
    return undefined
  }
}

/** How long the data file of a directory is, and its hash. */
export async function measure (directory: string): Promise<Pick<Manifest, 'size' | 'sha256'>> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(join(directory, DATA_FILE))) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}

/** @throws {Error} when the data file of `directory` is not the one that the manifest is of */
export async function verify (directory: string, manifest: Manifest): Promise<void> {
  const { size, sha256 } = await measure(directory)
  if (size !== manifest.size) throw new Error(`${join(directory, DATA_FILE)} has ${size} bytes, and had ${manifest.size} when the backup was made`)
  if (sha256 !== manifest.sha256) throw new Error(`${join(directory, DATA_FILE)} is damaged: its SHA-256 is not that of the manifest`)
}
