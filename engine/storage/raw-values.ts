/**
 * Tells lmdb that values are bytes and stay as they are. It reads them into a buffer that it uses again, of which this
 * makes a copy out of Node's pool; lmdb's own copies allocate memory for each, and cost twice as much.
 */
export const rawValues = {
  encode: (value: Buffer): Buffer => value,

  /** @param size given by lmdb when it walks over a range, where the buffer may be longer */
  decode (bytes: Buffer, size?: unknown): Buffer {
    const length = typeof size === 'number' ? size : bytes.length
    const copy = Buffer.allocUnsafe(length)
    copy.set(bytes.subarray(0, length))
    return copy
  }
}
