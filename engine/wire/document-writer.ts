import { serialize } from 'bson'
import { writeText } from '../bson/name.js'
import { BsonType, type Value } from '../bson/value.js'

/** At most so many bytes does an element of an array take besides its payload: its type, and its index as a name. */
const BYTES_OF_ELEMENT = 10

/**
 * Writes a reply's BSON in one pass behind whatever header the caller reserved. Values and documents of the store
 * are copied in byte for byte; what commands compute is given in JavaScript: an integer becomes an int32 while it
 * fits, another number a double, a bigint an int64, a Buffer is a finished document, and the classes of `bson` say
 * everything else. `undefined` members are left out.
 */
export class DocumentWriter {
  #bytes: Buffer
  #length: number

  constructor (reserved: number, expected = 512) {
    this.#bytes = Buffer.allocUnsafe(reserved + expected)
    this.#length = reserved
  }

  /** The reserved header, still to be filled in, and the document after it. */
  finish (): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  /** @param last members that are encoded already */
  document (members: Readonly<Record<string, unknown>>, ...last: readonly Buffer[]): void {
    const start = this.#open()
    for (const name in members) {
      const value = members[name]
      if (value !== undefined) this.#field(name, value)
    }
    for (const encoded of last) this.#encodedMembers(encoded)
    this.#close(start)
  }

  #encodedMembers (encoded: Buffer): void {
    this.#reserve(encoded.length)
    this.#length += encoded.copy(this.#bytes, this.#length)
  }

  #array (elements: readonly unknown[]): void {
    const start = this.#open()
    this.#reserve(lengthOf(elements))
    for (let index = 0; index < elements.length; index++) this.#field(String(index), elements[index])
    this.#close(start)
  }

  #field (name: string, value: unknown): void {
    switch (typeof value) {
      case 'string': return this.#string(name, value)
      case 'number': return this.#number(name, value)
      case 'boolean':
        this.#head(BsonType.bool, name, 1)
        this.#bytes[this.#length++] = value ? 1 : 0
        return
      case 'bigint':
        this.#head(BsonType.int64, name, 8)
        this.#length = this.#bytes.writeBigInt64LE(value, this.#length)
        return
      default: return this.#object(name, value)
    }
  }

  #object (name: string, value: unknown): void {
    if (Buffer.isBuffer(value)) return this.#raw(BsonType.document, name, value, 0, value.length)
    if (isValue(value)) return this.#raw(value.type, name, value.bytes, value.start, value.end)
    if (Array.isArray(value)) {
      this.#head(BsonType.array, name, 0)
      return this.#array(value)
    }
    if (isPlain(value)) {
      this.#head(BsonType.document, name, 0)
      return this.document(value)
    }
    this.#encoded(name, value)
  }

  #string (name: string, value: string): void {
    this.#head(BsonType.string, name, 3 * value.length + 5)
    const start = this.#length + 4
    this.#length = start
    this.#length = writeText(this.#bytes, value, this.#length)
    this.#bytes[this.#length++] = 0
    this.#bytes.writeInt32LE(this.#length - start, start - 4)
  }

  #number (name: string, value: number): void {
    const isInt32 = (value | 0) === value && !Object.is(value, -0)
    this.#head(isInt32 ? BsonType.int32 : BsonType.double, name, 8)
    this.#length = isInt32
      ? this.#bytes.writeInt32LE(value, this.#length)
      : this.#bytes.writeDoubleLE(value, this.#length)
  }

  /** null (which an undefined element of an array becomes), dates and the classes of `bson`: rare enough to let `bson` write them. */
  #encoded (name: string, value: unknown): void {
    const wrapped = Buffer.from(serialize({ v: value }, { ignoreUndefined: false }))
    this.#raw(wrapped[4], name, wrapped, 7, wrapped.length - 1)
  }

  #raw (type: number, name: string, bytes: Buffer, start: number, end: number): void {
    this.#head(type, name, end - start)
    this.#length += bytes.copy(this.#bytes, this.#length, start, end)
  }

  /** Type and name, with room for a payload of `payload` bytes behind them. */
  #head (type: number, name: string, payload: number): void {
    this.#reserve(3 * name.length + 2 + payload)
    this.#bytes[this.#length++] = type
    this.#length = writeText(this.#bytes, name, this.#length)
    this.#bytes[this.#length++] = 0
  }

  #open (): number {
    this.#reserve(5)
    const start = this.#length
    this.#length += 4
    return start
  }

  #close (start: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = 0
    this.#bytes.writeInt32LE(this.#length - start, start)
  }

  #reserve (size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(2 * this.#length, this.#length + size + 64))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}

/** How long finished documents are together: room for a whole batch at once, instead of copying again and again what outgrows it. */
function lengthOf (elements: readonly unknown[]): number {
  let length = 0
  for (const element of elements) {
    if (Buffer.isBuffer(element)) length += element.length + BYTES_OF_ELEMENT
  }
  return length
}

function isValue (value: unknown): value is Value {
  return typeof value === 'object' && value !== null && 'bytes' in value && 'start' in value && 'end' in value
}

function isPlain (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
