import { stringValue } from '../bson/scalar.js'
import { buildDocument, BsonType, documentValue, findField, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { changeKey, KEY_BYTES } from '../storage/change-row.js'
import type { Tick } from '../update/clock.js'

/**
 * How far a stream has come in the history: everything up to `key` has been told.
 * - `moment`: whatever there was to tell of it;
 * - `change`: the last thing told was the change of that key;
 * - `invalidation`: it was that this change has invalidated the stream.
 */
export interface Position {
  readonly key: Buffer
  readonly kind: PositionKind
  /** Given if what was told is a fragment of it: the index, which is less than 256, as a reply has at most 16 MiB and a value of Node.js 4 GiB. */
  readonly fragment?: number
}

/** A token has the place in this list. */
const kinds = ['moment', 'change', 'invalidation'] as const
type PositionKind = typeof kinds[number]

/** The first byte of a token, for those of other forms that may come. */
const VERSION = 1

const LAST_PLACE = 0xffff_ffff

/** Behind everything that has happened up to a time. */
export function after (time: Tick): Position {
  return { key: changeKey(time, LAST_PLACE), kind: 'moment' }
}

/** Before everything that has happened at a time. */
export function before ({ t, i }: Tick): Position {
  if (i > 0) return after({ t, i: i - 1 })
  return t > 0 ? after({ t: t - 1, i: 0xffff_ffff }) : { key: changeKey({ t, i }, 0), kind: 'moment' }
}

/** The token that stands for a position: to clients a text, by which what happens later comes later. */
export function resumeToken ({ key, kind, fragment }: Position): Value {
  const bytes = Buffer.concat([Buffer.of(VERSION), key, Buffer.of(kinds.indexOf(kind)), ...fragment === undefined ? [] : [Buffer.of(fragment)]])
  return documentValue(buildDocument([['_data', stringValue(bytes.toString('hex').toUpperCase())]]))
}

/** @throws {EngineError} InvalidResumeToken for what this engine has not given out */
export function readResumeToken (token: Value): Position {
  const data = findField(token, '_data')
  if (data?.type !== BsonType.string) throw new EngineError(40647, 'Bad resume token: _data of missing or of wrong type')
  const text = stringOf(data)
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(text)) throw new EngineError('FailedToParse', 'resume token string was not a valid hex string')
  const bytes = Buffer.from(text, 'hex')
  const kind = kinds[bytes[KEY_BYTES + 1]]
  const [fragment, ...others] = bytes.subarray(KEY_BYTES + 2)
  if (bytes[0] !== VERSION || kind === undefined || others.length > 0) {
    throw new EngineError('InvalidResumeToken', 'the resume token is not one of this engine')
  }
  return { key: bytes.subarray(1, KEY_BYTES + 1), kind, fragment }
}
