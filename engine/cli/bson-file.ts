import { createReadStream } from 'node:fs'
import { readLength } from '../bson/value.js'
import { validateDocument } from '../bson/validate.js'
import { MAX_COMMAND_BYTES } from '../wire/limits.js'

/** How much is read at a time, and so about how much a batch has. */
const CHUNK_BYTES = 1024 * 1024
const SMALLEST_DOCUMENT = 5

/**
 * The documents of a `.bson` file, which are one behind the other, in batches. Before it fails it gives all that are whole before the damage.
 * @throws {Error} naming the file and the offset of the first document that is damaged or cut off
 */
export async function * readBsonFile (file: string): AsyncGenerator<Buffer[]> {
  let rest = Buffer.alloc(0)
  let offset = 0
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    rest = Buffer.concat([rest, chunk])
    const { documents, end, damage } = takeDocuments(rest)
    if (documents.length > 0) yield documents
    offset += end
    if (damage !== undefined) throw damaged(file, offset, damage)
    rest = rest.subarray(end)
  }
  if (rest.length > 0) throw damaged(file, offset, 'the file ends within this document')
}

interface Taken { readonly documents: Buffer[], readonly end: number, readonly damage?: string }

/** The whole documents at the beginning of `bytes`, and where they end. */
function takeDocuments (bytes: Buffer): Taken {
  const documents: Buffer[] = []
  let at = 0
  while (bytes.length - at >= SMALLEST_DOCUMENT) {
    const size = readLength(bytes, at)
    if (size < SMALLEST_DOCUMENT || size > MAX_COMMAND_BYTES) return { documents, end: at, damage: `a document cannot have ${size} bytes` }
    if (size > bytes.length - at) break
    try {
      validateDocument(bytes, at, at + size)
    } catch (error) {
      return { documents, end: at, damage: (error as Error).message }
    }
    documents.push(bytes.subarray(at, at + size))
    at += size
  }
  return { documents, end: at }
}

function damaged (file: string, offset: number, reason: string): Error {
  return new Error(`${file} is damaged at byte ${offset}: ${reason}`)
}
