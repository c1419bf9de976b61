/** How many names are remembered, and how long they may be, in bytes. */
const SLOTS = 1024
const LONGEST = 24
/** Texts up to this length are written by hand. */
const LONGEST_BY_HAND = 64

/** Names that were read lately, by their hash; whatever a client sends, there are never more. */
const recent: string[] = new Array(SLOTS).fill('')

/**
 * The text in `[start, end)`, which is UTF-8. The same few names come again with every command: comparing one with what was
 * read before is quicker than to make a string, and a string that was used as a key before is looked up quicker, too.
 */
export function nameAt (bytes: Buffer, start: number, end: number): string {
  const length = end - start
  if (length > LONGEST) return bytes.toString('utf8', start, end)
  const slot = hashOf(bytes, start, end) % SLOTS
  const known = recent[slot]
  if (known.length === length && isAt(known, bytes, start)) return known
  const name = bytes.toString('utf8', start, end)
  // Each byte of ASCII is one character; so is each byte that is no UTF-8, but none of them is found again.
  if (name.length === length) recent[slot] = name
  return name
}

/**
 * Writes a text as UTF-8, for which there must be room; returns where it ends. By hand while it is ASCII, as nearly every name is:
 * a call into native code costs more than a short loop.
 */
export function writeText (bytes: Buffer, text: string, start: number): number {
  if (text.length > LONGEST_BY_HAND) return start + bytes.write(text, start)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return start + at + bytes.write(text.slice(at), start + at)
    bytes[start + at] = code
  }
  return start + text.length
}

/** How many bytes a text takes as UTF-8. */
export function textBytes (text: string): number {
  if (text.length > LONGEST_BY_HAND) return Buffer.byteLength(text)
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) > 0x7f) return Buffer.byteLength(text)
  }
  return text.length
}

function hashOf (bytes: Buffer, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]) | 0
  return hash >>> 0
}

function isAt (text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== bytes[start + at]) return false
  }
  return true
}
