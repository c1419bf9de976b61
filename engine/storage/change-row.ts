import type { Tick } from '../update/clock.js'
import type { Namespace } from './namespace.js'
import type { Row } from './table.js'

/** What can happen to a document, a collection or a database; a row has the place in this list, so it only grows at its end. */
export const changeKinds = [
  'insert', 'update', 'replace', 'delete', 'drop', 'rename', 'dropDatabase', 'create', 'createIndexes', 'dropIndexes', 'modify', 'dropView'
] as const

export type ChangeKind = typeof changeKinds[number]

/** The transaction that a change was part of. */
export interface ChangeSession { readonly lsid: Buffer, readonly txnNumber: bigint }

/**
 * A change as it is kept in the history. Its documents are, by kind:
 * - insert: the document;
 * - replace: the document after, and before;
 * - update: its description with the `_id` (update/description.ts), the document before, and after;
 * - delete: the `_id`, and the document before;
 * - rename, create, createIndexes, dropIndexes, modify: what is told about it.
 *
 * Documents as they were before or after are only there if the collection keeps such images.
 */
export interface Change {
  /** Its place in the history. */
  readonly key: Buffer
  readonly kind: ChangeKind
  /** The system's time in milliseconds. */
  readonly wallTime: number
  readonly database: string
  /** Empty for a change of the whole database. */
  readonly collection: string
  /** That of the collection, if it is about one. */
  readonly uuid: Buffer | undefined
  readonly session: ChangeSession | undefined
  readonly documents: readonly Buffer[]
}

/** Seconds, increment, place within a transaction: in the order of the bytes. */
export const KEY_BYTES = 12

/** How many bytes have been recorded before, the kind, whether there is a session, the time. */
const HEAD_BYTES = 6 + 1 + 1 + 6
const SESSION_BYTES = 16 + 8
const NO_SESSION = Buffer.alloc(0)

export function changeKey ({ t, i }: Tick, place: number): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES)
  key.writeUInt32BE(t)
  key.writeUInt32BE(i, 4)
  key.writeUInt32BE(place, 8)
  return key
}

/** When the change of that key has happened. */
export function timeOfKey (key: Buffer): Tick {
  return { t: key.readUInt32BE(), i: key.readUInt32BE(4) }
}

/** @param recorded how many bytes of the history there have been before */
export function encodeChange (recorded: number, wallTime: number, kind: ChangeKind, origin: Buffer, session: ChangeSession | undefined, documents: readonly Buffer[]): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head.writeUIntBE(recorded, 0, 6)
  head[6] = changeKinds.indexOf(kind)
  head[7] = session === undefined ? 0 : 1
  head.writeUIntBE(Math.max(wallTime, 0), 8, 6)
  return Buffer.concat([head, origin, session === undefined ? NO_SESSION : encodeSession(session), ...documents])
}

export function decodeChange ({ key, value: row }: Row): Change {
  const databaseEnd = HEAD_BYTES + 17 + row[HEAD_BYTES + 16]
  const originEnd = databaseEnd + 1 + row[databaseEnd]
  const hasSession = row[7] === 1
  const uuid = row.subarray(HEAD_BYTES, HEAD_BYTES + 16)
  return {
    key,
    kind: changeKinds[row[6]],
    wallTime: row.readUIntBE(8, 6),
    database: row.toString('utf8', HEAD_BYTES + 17, databaseEnd),
    collection: row.toString('utf8', databaseEnd + 1, originEnd),
    uuid: uuid.equals(NO_UUID) ? undefined : uuid,
    session: hasSession ? decodeSession(row, originEnd) : undefined,
    documents: split(row, hasSession ? originEnd + SESSION_BYTES : originEnd)
  }
}

/** How many bytes of the history had been recorded before a row: of the difference of two it can be told how long it is. */
export function recordedBefore ({ value }: Row): number {
  return value.readUIntBE(0, 6)
}

/** A collection, or a view, which has no UUID. */
export interface Changed {
  readonly namespace: Namespace
  readonly uuid?: Buffer
}

const NO_UUID = Buffer.alloc(16)

const origins = new WeakMap<Changed, Buffer>()

/** What a row says of the collection: it may be gone, or have another name, when the row is read. */
export function originOf (changed: Changed): Buffer {
  const { namespace, uuid = NO_UUID } = changed
  let origin = origins.get(changed)
  if (origin === undefined) origins.set(changed, origin = encodeOrigin(uuid, namespace.database, namespace.collection))
  return origin
}

/** What the row of a change of a whole database says. */
export function databaseOrigin (database: string): Buffer {
  return encodeOrigin(NO_UUID, database, '')
}

function encodeOrigin (uuid: Buffer, database: string, collection: string): Buffer {
  const names = [database, collection].map((name) => Buffer.from(name))
  return Buffer.concat([uuid, ...names.flatMap((name) => [Buffer.of(name.length), name])])
}

function encodeSession ({ lsid, txnNumber }: ChangeSession): Buffer {
  const session = Buffer.allocUnsafe(SESSION_BYTES)
  lsid.copy(session)
  session.writeBigInt64BE(txnNumber, 16)
  return session
}

function decodeSession (row: Buffer, at: number): ChangeSession {
  return { lsid: row.subarray(at, at + 16), txnNumber: row.readBigInt64BE(at + 16) }
}

/** Documents begin with their own lengths. */
function split (row: Buffer, start: number): Buffer[] {
  const documents: Buffer[] = []
  for (let at = start; at < row.length;) {
    const end = at + row.readInt32LE(at)
    documents.push(row.subarray(at, end))
    at = end
  }
  return documents
}
