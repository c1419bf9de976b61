import { Double } from 'bson'
import { encodeMembers } from '../bson/value.js'
import { DocumentWriter } from './document-writer.js'
import { HEADER_BYTES } from './limits.js'

/** The members of a reply in the order in which they are sent; see DocumentWriter for how they become BSON. */
export type Reply = Readonly<Record<string, unknown>>

export const opcodes = { reply: 1, query: 2004, compressed: 2012, message: 2013 } as const

const SUCCESS = encodeMembers({ ok: new Double(1) })
const NOTHING: Buffer = Buffer.alloc(0)

/**
 * An OP_MSG of one body section. `ok: 1` is added to a reply that does not say otherwise.
 * @param ending the members behind it, encoded
 */
export function opMsg (reply: Reply, responseTo: number, ending = NOTHING): Buffer {
  const prefix = 5 // flags, kind of section
  const message = write(reply, ending, prefix, opcodes.message, responseTo)
  message.fill(0, HEADER_BYTES, HEADER_BYTES + prefix)
  return message
}

/** The answer to OP_QUERY: no flags, no cursor, one document. */
export function opReply (reply: Reply, responseTo: number, ending = NOTHING): Buffer {
  const prefix = 20 // responseFlags, cursorID (int64), startingFrom, numberReturned
  const message = write(reply, ending, prefix, opcodes.reply, responseTo)
  message.fill(0, HEADER_BYTES, HEADER_BYTES + prefix)
  message.writeInt32LE(1, HEADER_BYTES + 16)
  return message
}

function write (reply: Reply, ending: Buffer, prefix: number, opcode: number, responseTo: number): Buffer {
  const writer = new DocumentWriter(HEADER_BYTES + prefix)
  writer.document(reply, 'ok' in reply ? NOTHING : SUCCESS, ending)
  const message = writer.finish()
  message.writeInt32LE(message.length, 0)
  message.writeInt32LE(0, 4) // requestID: nothing is ever answered to a reply
  message.writeInt32LE(responseTo, 8)
  message.writeInt32LE(opcode, 12)
  return message
}
