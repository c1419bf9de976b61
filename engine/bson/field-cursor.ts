import { nameAt } from './name.js'
import { payloadSize, type Value } from './value.js'

/** Walks over the fields of a document or array without decoding their names, for code that compares or copies bytes. */
export class FieldCursor {
  /** Where the current field's name begins; it ends with a zero right before the value. */
  nameStart = 0
  value: Value
  readonly #end: number

  constructor (document: Value) {
    this.value = { type: 0, bytes: document.bytes, start: document.start, end: document.start + 4 }
    this.#end = document.end - 1
  }

  /** Moves to the next field; `false` when there is none. */
  next (): boolean {
    const { bytes, end: at } = this.value
    if (at >= this.#end) return false
    this.nameStart = at + 1
    let start = at + 1
    while (bytes[start++] !== 0);
    const type = bytes[at]
    this.value = { type, bytes, start, end: start + payloadSize(type, bytes, start) }
    return true
  }

  name (): string {
    return nameAt(this.value.bytes, this.nameStart, this.value.start - 1)
  }
}

/** How many fields a document or elements an array has. */
export function countFields (document: Value): number {
  const cursor = new FieldCursor(document)
  let count = 0
  while (cursor.next()) count++
  return count
}
