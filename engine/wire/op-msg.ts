import { EngineError } from '../errors.js'
import { nameAt } from '../bson/name.js'
import { validateDocument } from '../bson/validate.js'
import { BsonType, findField, readLength, type Value } from '../bson/value.js'
import { crc32c } from './crc32c.js'
import { ProtocolViolation } from './frames.js'
import { HEADER_BYTES, MAX_COMMAND_BYTES } from './limits.js'

const CHECKSUM_PRESENT = 1 << 0
const MORE_TO_COME = 1 << 1
/** Bits 0 to 15 are "required": a receiver that does not know one must fail. The others may be ignored. */
const UNKNOWN_REQUIRED = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME)

const BODY = 0
const SEQUENCE = 1

export interface Sequence { readonly name: string, readonly documents: Value[] }

/** A parsed command: its body, and the arguments that came beside it as document sequences. */
export interface Message { readonly body: Value, readonly sequences: readonly Sequence[] }

/**
 * Whether the sender waits for no reply. To be asked first: it also says whether an error may be answered.
 * @throws {ProtocolViolation} for a flag that is required and unknown, or a checksum that does not match
 */
export function isMoreToCome (frame: Buffer): boolean {
  if (frame.length < HEADER_BYTES + 4) throw new ProtocolViolation('OP_MSG without flags')
  const flags = frame.readUInt32LE(HEADER_BYTES)
  if ((flags & UNKNOWN_REQUIRED) !== 0) throw new ProtocolViolation(`OP_MSG flags 0x${flags.toString(16)} are not known`)
  if ((flags & CHECKSUM_PRESENT) !== 0) verifyChecksum(frame)
  return (flags & MORE_TO_COME) !== 0
}

/** @throws {EngineError} for sections that cannot be read; the frame itself was whole, so the connection can go on */
export function parseOpMsg (frame: Buffer): Message {
  const end = frame.length - (frame.readUInt32LE(HEADER_BYTES) & CHECKSUM_PRESENT ? 4 : 0)
  const sequences: Sequence[] = []
  let body: Value | undefined
  let at = HEADER_BYTES + 4
  while (at < end) {
    const kind = frame[at++]
    const sectionEnd = endOfSection(frame, at, end)
    if (kind === BODY) {
      if (body !== undefined) throw new EngineError(40430, 'Multiple body sections in message')
      body = readDocument(frame, at, sectionEnd)
    } else if (kind === SEQUENCE) {
      sequences.push(readSequence(frame, at, sectionEnd))
    } else {
      throw new EngineError(40432, `Unknown section kind ${kind}`)
    }
    at = sectionEnd
  }
  if (body === undefined) throw new EngineError(40587, 'OP_MSG messages must have a body')
  if (sequences.length > 0) refuseDuplicates(body, sequences)
  return { body, sequences }
}

/** Checks a document that fills `[start, end)`, its size included, and returns its view. */
export function readDocument (frame: Buffer, start: number, end: number): Value {
  if (end - start > MAX_COMMAND_BYTES) {
    throw new EngineError('BSONObjectTooLarge', `BSONObj size: ${end - start} is invalid. Size must be between 0 and ${MAX_COMMAND_BYTES}`)
  }
  validateDocument(frame, start, end)
  return { type: BsonType.document, bytes: frame, start, end }
}

/** Where the thing that begins with its own length ends; both kinds of section do, and every document does. */
function endOfSection (frame: Buffer, start: number, limit: number): number {
  const length = start + 4 <= limit ? readLength(frame, start) : -1
  if (length < 5 || length > limit - start) throw new EngineError('InvalidBSON', `section length ${length} is invalid`)
  return start + length
}

function readSequence (frame: Buffer, start: number, end: number): Sequence {
  const nameEnd = frame.indexOf(0, start + 4)
  if (nameEnd === -1 || nameEnd >= end) throw new EngineError('InvalidBSON', 'document sequence without a name')
  const documents: Value[] = []
  let at = nameEnd + 1
  while (at < end) {
    const documentEnd = endOfSection(frame, at, end)
    documents.push(readDocument(frame, at, documentEnd))
    at = documentEnd
  }
  return { name: nameAt(frame, start + 4, nameEnd), documents }
}

function refuseDuplicates (body: Value, sequences: readonly Sequence[]): void {
  for (const [index, { name }] of sequences.entries()) {
    if (sequences.findIndex((other) => other.name === name) < index) {
      throw new EngineError(40431, `Duplicate document sequence: ${name}`)
    }
    if (findField(body, name) !== undefined) {
      throw new EngineError(40433, `Duplicate field between body and document sequence ${name}`)
    }
  }
}

function verifyChecksum (frame: Buffer): void {
  const at = frame.length - 4
  if (at < HEADER_BYTES + 4) throw new ProtocolViolation('OP_MSG without room for its checksum')
  if (frame.readUInt32LE(at) !== crc32c(frame.subarray(0, at))) throw new ProtocolViolation('OP_MSG checksum does not match')
}
