import { readLength } from '../bson/value.js'
import { HEADER_BYTES } from './limits.js'

const EMPTY: Buffer = Buffer.alloc(0)

/** The peer does not speak the protocol; where the next message begins can no longer be known, so the socket closes. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}

/**
 * Cuts a stream of chunks into messages by the length that begins each of them. A message inside one chunk is a view
 * of it. One that spans chunks is collected in a buffer that doubles with what has really arrived, so neither the
 * length that a header claims nor a byte-by-byte sender takes more than twice the bytes received.
 */
export class FrameReader {
  /** The unread bytes are `[start, end)`; what was cut off before `start` is never written again. */
  #bytes = EMPTY
  #start = 0
  #end = 0

  /** How many bytes wait to be read. */
  get pending (): number {
    return this.#end - this.#start
  }

  push (chunk: Buffer): void {
    if (this.pending === 0) this.#hold(chunk, chunk.length)
    else this.#append(chunk)
  }

  /**
   * The next whole message, or `undefined` while it is incomplete.
   * @throws {ProtocolViolation} as soon as the header claims less than a header or more than `longest` bytes
   */
  next (longest: number): Buffer | undefined {
    if (this.pending < 4) return undefined
    const length = readLength(this.#bytes, this.#start)
    if (length < HEADER_BYTES || length > longest) {
      throw new ProtocolViolation(`message length ${length} is not between ${HEADER_BYTES} and ${longest}`)
    }
    if (this.pending < length) return undefined
    const isAll = length === this.#bytes.length
    const frame = isAll ? this.#bytes : this.#bytes.subarray(this.#start, this.#start + length)
    this.#start += length
    if (this.pending === 0) this.#hold(EMPTY, 0)
    return frame
  }

  #append (chunk: Buffer): void {
    const needed = this.pending + chunk.length
    if (this.#bytes.length - this.#end < chunk.length) {
      const grown = Buffer.allocUnsafeSlow(2 * needed)
      this.#bytes.copy(grown, 0, this.#start, this.#end)
      this.#hold(grown, this.pending)
    }
    chunk.copy(this.#bytes, this.#end)
    this.#end += chunk.length
  }

  #hold (bytes: Buffer, end: number): void {
    this.#bytes = bytes
    this.#start = 0
    this.#end = end
  }
}
