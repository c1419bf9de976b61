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
  const value = intactValue(key, sealed)
  if (value === undefined) throw new EngineError('DataCorruptionDetected', `the checksum of a stored row is wrong (row ${key.toString('hex', 0, 64)})`)
  return value
}

/** Whether a row is as it was written. */
export function isIntact (key: Buffer, sealed: Buffer): boolean {
  return intactValue(key, sealed) !== undefined
}

/** One view serves the checksum and the caller: every row that is read comes through here, and views cost more than short checksums. */
function intactValue (key: Buffer, sealed: Buffer): Buffer | undefined {
  const end = sealed.length - CHECKSUM_BYTES
  if (end < 0) return undefined
  const value = sealed.subarray(0, end)
  return sealed.readUInt32BE(end) === checksum(key, value) ? value : undefined
}

function checksum (key: Buffer, value: Buffer): number {
  return crc32(value, crc32(key))
}
