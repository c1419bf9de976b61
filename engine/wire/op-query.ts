import { EngineError } from '../errors.js'
import { readLength } from '../bson/value.js'
import { HEADER_BYTES } from './limits.js'
import { readDocument, type Message } from './op-msg.js'

const COMMAND_COLLECTION = '.$cmd'

/** A command that names its database beside the body. */
export interface Query extends Message { readonly database: string }

/**
 * OP_QUERY, the request of old, in which drivers still send the first message of a connection: flags, the name of a
 * collection, how many to skip and to return, a document. What may be asked with it is the caller's matter.
 * @throws {EngineError} when it is anything but a command
 */
export function parseOpQuery (frame: Buffer): Query {
  const nameStart = HEADER_BYTES + 4
  const nameEnd = frame.indexOf(0, nameStart)
  const start = nameEnd + 9 // the zero, then numberToSkip and numberToReturn
  if (nameEnd === -1 || start + 4 > frame.length) throw new EngineError('InvalidBSON', 'OP_QUERY without a document')
  const collection = frame.toString('utf8', nameStart, nameEnd)
  if (!collection.endsWith(COMMAND_COLLECTION)) {
    throw new EngineError('UnsupportedOpQueryCommand', 'Unsupported OP_QUERY: only commands are answered')
  }
  // A projection may follow a query, but not a command.
  if (readLength(frame, start) !== frame.length - start) throw new EngineError('InvalidBSON', 'OP_QUERY with an impossible length')
  const database = collection.slice(0, -COMMAND_COLLECTION.length)
  return { database, body: readDocument(frame, start, frame.length), sequences: [] }
}
