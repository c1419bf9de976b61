import { crc32 } from 'node:zlib'
import { EngineError } from '../errors.js'

/** Every row is stored with a checksum of its key and its value behind the value, so that no changed byte is served. */
const CHECKSUM_BYTES = 4

export function seal (key: Buffer, value: Buffer): Buffer {
  const sealed = Buffer.allocUnsafe(value.length + CHECKSUM_BYTES)
  sealed.set(value)
  sealed.writeUInt32BE(checksum(key, value), value.length)
  return sealed
}

/**
 * The value in a sealed row, not copied.
 * @throws {EngineError} DataCorruptionDetected
 */
export function unseal (key: Buffer, sealed: Buffer): Buffer {
  if (!isIntact(key, sealed)) throw new EngineError('DataCorruptionDetected', `the checksum of a stored row is wrong (row ${key.toString('hex', 0, 64)})`)
  return sealed.subarray(0, -CHECKSUM_BYTES)
}

/** Whether a row is as it was written. */
export function isIntact (key: Buffer, sealed: Buffer): boolean {
  if (sealed.length < CHECKSUM_BYTES) return false
  const end = sealed.length - CHECKSUM_BYTES
  return sealed.readUInt32BE(end) === checksum(key, sealed.subarray(0, end))
}

function checksum (key: Buffer, value: Buffer): number {
  return crc32(value, crc32(key))
}
