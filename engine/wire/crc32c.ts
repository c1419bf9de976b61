/** The Castagnoli polynomial, bit-reversed (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1
  return remainder
})

/** CRC-32C of the bytes, unsigned: the checksum that an OP_MSG may end with. */
export function crc32c (bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (let at = 0; at < bytes.length; at++) remainder = table[(remainder ^ bytes[at]) & 0xff] ^ (remainder >>> 8)
  return (remainder ^ 0xffffffff) >>> 0
}
