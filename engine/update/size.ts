import { EngineError } from '../errors.js'
import { MAX_DOCUMENT_BYTES } from '../wire/limits.js'

/** The document if it is not too large to be stored. */
export function withinLimit (document: Buffer): Buffer {
  if (document.length > MAX_DOCUMENT_BYTES) throw tooLarge()
  return document
}

/**
 * Stops an update whose result would be far too large before memory is spent on it: a small update can set a large value
 * in each element, or pad many arrays. What it adds may take up to two documents, for it may remove one meanwhile.
 */
export class WriteBudget {
  #left = 2 * MAX_DOCUMENT_BYTES

  spend (bytes: number): void {
    this.#left -= Math.max(bytes, 0)
    if (this.#left < 0) throw tooLarge()
  }
}

function tooLarge (): EngineError {
  return new EngineError('BSONObjectTooLarge', `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}`)
}
