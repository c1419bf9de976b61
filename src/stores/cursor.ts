import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { problem } from '../errors.js'

const macBytes = 32

/**
 * Cursors: where a list was left, in a form that clients can only hand back. They are authenticated together with the
 * context they were made in (user, filter and order), and good for nothing else.
 */
export class Cursors {
  readonly #keys: Buffer[]

  /** The first secret signs, all of them verify. */
  constructor (secrets: string[]) {
    this.#keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', 'quire list cursor', 32)))
  }

  seal (position: unknown, context: string): string {
    const payload = Buffer.from(JSON.stringify(position))
    return Buffer.concat([mac(this.#keys[0]!, context, payload), payload]).toString('base64url')
  }

  /** What was sealed in the same context. */
  open (cursor: string, context: string): unknown {
    const bytes = Buffer.from(cursor, 'base64url')
    const payload = bytes.subarray(macBytes)
    // Decoding is lenient: only the one canonical spelling of the bytes is a cursor.
    const genuine = bytes.toString('base64url') === cursor &&
      bytes.length > macBytes &&
      this.#keys.some((key) => timingSafeEqual(mac(key, context, payload), bytes.subarray(0, macBytes)))
    if (!genuine) throw problem('INVALID_CURSOR')
    return JSON.parse(payload.toString())
  }
}

function mac (key: Buffer, context: string, payload: Buffer): Buffer {
  // The length keeps context and payload apart.
  return createHmac('sha256', key).update(`${context.length}:${context}`).update(payload).digest()
}
