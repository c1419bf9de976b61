import { createHash } from 'node:crypto'
import { doubleValue } from '../bson/number.js'
import { stringValue } from '../bson/scalar.js'
import type { Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { indexValues } from '../query/index-values.js'
import type { Path } from '../query/path.js'
import { termScores } from '../text/term-scores.js'
import type { TextIndex } from './catalog.js'
import { encodeKey, storedKey } from './key.js'

/** Longer terms are cut to this, behind which the SHA-256 of the whole keeps different ones different. */
const MAX_TERM_LENGTH = 128
const SCORE_BYTES = 8

/**
 * The keys of a document in an index of texts: the values of the fields before, a term, its score, the values behind.
 * The highest score comes first.
 * @throws {EngineError} CannotBuildIndexKeys for an array in another field of the key; 16732, 17261, 17262
 */
export function textKeys (document: Value, text: TextIndex): Buffer[] {
  const [prefix, suffix] = [text.prefix, text.suffix].map((paths) => encodeKey(plainValues(document, paths), paths.map(() => 1)))
  return [...termScores(document, text)].map(([term, score]) => Buffer.concat([prefix, termKey(term), scoreKey(score), suffix]))
}

/** The values that one of these keys, as it is stored, was made of. */
export function textKeyValues (document: Value, text: TextIndex, key: Buffer): readonly (Value | undefined)[] {
  const at = textKeys(document, text).findIndex((other) => storedKey(other).equals(key))
  const [term, score] = [...termScores(document, text)][at]
  return [...plainValues(document, text.prefix), stringValue(term), doubleValue(score), ...plainValues(document, text.suffix)]
}

/** A term in a key. */
export function termKey (term: string): Buffer {
  const stored = term.length <= MAX_TERM_LENGTH
    ? term
    : term.slice(0, MAX_TERM_LENGTH) + createHash('sha256').update(term).digest('hex')
  return encodeKey([stringValue(stored)], [1])
}

/** The score in a key whose bytes up to `at` are the prefix and the term; of no meaning in one that was cut (key.ts). */
export function scoreIn (key: Buffer, at: number): number {
  return key.length < at + SCORE_BYTES ? 0 : inverted(key.subarray(at, at + SCORE_BYTES)).readDoubleBE()
}

/** The bytes of positive doubles are in the order of the numbers. */
function scoreKey (score: number): Buffer {
  const bytes = Buffer.allocUnsafe(SCORE_BYTES)
  bytes.writeDoubleBE(score)
  return inverted(bytes)
}

function inverted (bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff))
}

function plainValues (document: Value, paths: readonly Path[]): readonly (Value | undefined)[] {
  const { rows: [values], arrayPaths: [array] } = indexValues(document, paths)
  if (array !== undefined) throw new EngineError('CannotBuildIndexKeys', `Field '${array.text}' of text index contains an array`)
  return values
}
