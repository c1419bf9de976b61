import { Binary } from 'bson'
import { EngineError } from '../errors.js'
import { payload, type Value } from '../bson/value.js'
import type { Connection } from '../wire/connection.js'
import type { Numbered } from '../write/ledger.js'
import { readFields, type Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { Fields } from './fields.js'

/** Minutes without use after which a client must not count on its session: `logicalSessionTimeoutMinutes`. */
export const SESSION_MINUTES = 30

const sessionFields: Fields = { id: 'binary', uid: 'binary' }

/** The id of a logical session, as a copy. @throws {EngineError} when it is not a UUID */
export function sessionId (session: Value, path: string): Buffer {
  const args = readFields(path, sessionFields, session)
  args.requiredValue('id')
  const id = args.binary('id')
  if (id?.subtype !== Binary.SUBTYPE_UUID || id.bytes.length !== 16) {
    throw new EngineError('InvalidOptions', `${path}.id must be a UUID of 16 bytes`)
  }
  return Buffer.from(id.bytes)
}

/** Which session each connection was used for last: a client's next command is most often of the same one. */
const lastOf = new WeakMap<Connection, { readonly session: Buffer, readonly id: Buffer }>()

/** The same for the `lsid` of a command; not to be written to. */
export function sessionOf (connection: Connection, session: Value): Buffer {
  const last = lastOf.get(connection)
  if (last !== undefined && isSame(last.session, session)) return last.id
  const id = sessionId(session, 'lsid')
  lastOf.set(connection, { session: Buffer.from(payload(session)), id })
  return id
}

/** By hand, because a call into native code costs more than a loop over these few bytes. */
function isSame (session: Buffer, { bytes, start, end }: Value): boolean {
  if (session.length !== end - start) return false
  for (let at = 0; at < session.length; at++) {
    if (session[at] !== bytes[start + at]) return false
  }
  return true
}

/** The ids in the array that `endSessions` and `refreshSessions` take. */
export function sessionIds (args: Arguments, name: string): Buffer[] {
  return args.requiredDocuments(name).map((session) => sessionId(session, `${name}.${name}`))
}

/**
 * The retry number of a command outside of transactions, if it has one.
 * @throws {EngineError} for a number where none may be
 */
export function readRetry (command: Command, args: Arguments, lsid: Buffer | undefined): Numbered | undefined {
  const txnNumber = args.int64('txnNumber')
  if (txnNumber === undefined) return undefined
  if (lsid === undefined) throw new EngineError('InvalidOptions', 'Transaction number requires a session ID to also be specified')
  if (txnNumber < 0n) throw new EngineError('InvalidOptions', 'Transaction number cannot be negative')
  if (!command.isRetryable) {
    throw new EngineError(50768, 'txnNumber may only be provided for multi-document transactions and retryable write commands. ' +
      `autocommit:false was not provided, and ${command.name} is not a retryable write command.`)
  }
  return { lsid, txnNumber }
}
