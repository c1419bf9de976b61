/** Collects the bytes of a key in a buffer that grows and is used again for the next key. */
export class KeyWriter {
  length = 0
  #bytes = Buffer.allocUnsafe(1024)

  byte (byte: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = byte
  }

  uint16 (number: number): void {
    this.#reserve(2)
    this.length = this.#bytes.writeUInt16BE(number, this.length)
  }

  uint32 (number: number): void {
    this.#reserve(4)
    this.length = this.#bytes.writeUInt32BE(number, this.length)
  }

  double (number: number): void {
    this.#reserve(8)
    this.length = this.#bytes.writeDoubleBE(number, this.length)
  }

  copy (source: Buffer, start: number, end: number): void {
    this.#reserve(end - start)
    source.copy(this.#bytes, this.length, start, end)
    this.length += end - start
  }

  /** Copies 8 bytes of a little-endian integer so that its highest byte comes first. */
  reversed8 (source: Buffer, start: number): void {
    this.#reserve(8)
    for (let at = start + 7; at >= start; at--) this.#bytes[this.length++] = source[at]
  }

  /** Flips the bits of the byte at `at` that are set in `mask`. */
  flip (at: number, mask: number): void {
    this.#bytes[at] ^= mask
  }

  /** Turns the order of what was written since `start` around. */
  invertFrom (start: number): void {
    for (let at = start; at < this.length; at++) this.#bytes[at] ^= 0xff
  }

  isSet (at: number, mask: number): boolean {
    return (this.#bytes[at] & mask) !== 0
  }

  /** What was written, as a buffer of its own; the writer is empty again. */
  take (): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.length))
    this.length = 0
    return taken
  }

  #reserve (count: number): void {
    if (this.length + count <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(2 * (this.length + count))
    this.#bytes.copy(grown, 0, 0, this.length)
    this.#bytes = grown
  }
}
