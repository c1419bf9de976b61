import { randomBytes } from 'node:crypto'

/** A UUIDv7 (RFC 9562, 5.7): rows that are made one after the other lie next to each other in the database. */
export function uuidV7 (milliseconds: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(milliseconds, 0, 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
