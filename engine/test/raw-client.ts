import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { deserialize, serialize, type Document } from 'bson'
import type { Test } from 'tap'
import { crc32c } from '../wire/crc32c.js'

export interface RawReply { readonly opcode: number, readonly responseTo: number, readonly body: Document }

/** A client that sends whatever bytes it is given, and reads replies like a driver. */
export class RawClient {
  readonly socket: Socket
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<unknown>
  readonly #replies: AsyncGenerator<RawReply, void>

  constructor (socket: Socket) {
    this.socket = socket
    this.closed = once(socket, 'close').catch((error) => error)
    this.#replies = readReplies(socket)
  }

  send (...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames))
  }

  /** The next reply; fails when the connection closes before it is there. */
  async reply (): Promise<RawReply> {
    const { value } = await this.#replies.next()
    if (value === undefined) throw new Error('the connection was closed')
    return value
  }
}

export async function connectRaw (t: Test, path: string): Promise<RawClient> {
  const socket = connect(path)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return new RawClient(socket)
}

export interface MessageOptions {
  readonly requestId?: number
  readonly flags?: number
  /** Sections, without their kind byte, after the body. */
  readonly sequences?: Readonly<Record<string, readonly Document[]>>
}

/** An OP_MSG as a driver builds it. */
export function message (body: Document, { requestId = 1, flags = 0, sequences = {} }: MessageOptions = {}): Buffer {
  const sections = [bodySection(body), ...Object.entries(sequences).map(([name, documents]) => sequenceSection(name, documents))]
  return frame(2013, requestId, uint32(flags), ...sections)
}

export function bodySection (body: Document): Buffer {
  return Buffer.concat([Buffer.of(0), serialize(body)])
}

export function sequenceSection (name: string, documents: readonly Document[]): Buffer {
  const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => serialize(document))])
  return Buffer.concat([Buffer.of(1), uint32(content.length + 4), content])
}

/** The first message of a connection, in the protocol of old. */
export function query (body: Document, collection = 'admin.$cmd', requestId = 1): Buffer {
  return frame(2004, requestId, uint32(0), Buffer.from(`${collection}\0`), uint32(0), uint32(0xffffffff), serialize(body))
}

/** Any message: the length of the header is right, the rest is up to the test. */
export function frame (opcode: number, requestId: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([uint32(16 + content.length), uint32(requestId), uint32(0), uint32(opcode), content])
}

/** The same message with its checksum; flags bit 0 must have been set in it. */
export function withChecksum (frame: Buffer): Buffer {
  const longer = Buffer.concat([frame, Buffer.alloc(4)])
  longer.writeUInt32LE(longer.length, 0)
  longer.writeUInt32LE(crc32c(longer.subarray(0, -4)), longer.length - 4)
  return longer
}

export function uint32 (number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

async function * readReplies (socket: Socket): AsyncGenerator<RawReply, void> {
  let buffered = Buffer.alloc(0)
  for await (const chunk of socket) {
    buffered = Buffer.concat([buffered, chunk])
    while (buffered.length >= 16 && buffered.length >= buffered.readInt32LE(0)) {
      const reply = buffered.subarray(0, buffered.readInt32LE(0))
      buffered = buffered.subarray(reply.length)
      const opcode = reply.readInt32LE(12)
      yield { opcode, responseTo: reply.readInt32LE(8), body: deserialize(reply.subarray(opcode === 1 ? 36 : 21)) }
    }
  }
}
