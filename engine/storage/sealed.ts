import { crc32 } from 'node:zlib'
import { EngineError } from '../errors.js'

/** A document is stored with a checksum of its row's key and of itself behind it, so that no changed byte is served. */
const CHECKSUM_BYTES = 4

export function seal (rowKey: Buffer, document: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(document.length + CHECKSUM_BYTES)
  document.copy(sealed)
  sealed.writeUInt32BE(checksum(rowKey, document), document.length)
  return sealed
}

/**
 * The document in a sealed row, not copied.
 * @throws {EngineError} DataCorruptionDetected
 */
export function unseal (rowKey: Buffer, sealed: Buffer): Buffer {
  const document = sealed.subarray(0, -CHECKSUM_BYTES)
  if (sealed.length < CHECKSUM_BYTES || sealed.readUInt32BE(document.length) !== checksum(rowKey, document)) {
    throw new EngineError('DataCorruptionDetected', `the checksum of a stored document is wrong (row ${rowKey.toString('hex', 0, 64)})`)
  }
  return document
}

function checksum (rowKey: Buffer, document: Buffer): number {
  return crc32(document, crc32(rowKey))
}
