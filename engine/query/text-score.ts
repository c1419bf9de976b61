import { doubleValue } from '../bson/number.js'
import { BsonType, stringOf, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'

/**
 * Stands among the names of variables where documents have a score; no variable can be called so. The score itself is
 * with each document.
 */
export const TEXT_SCORE = '{$meta: "textScore"}'

/** A document that a `$text` has found: how well it matches goes with it, for `{ $meta: 'textScore' }`. */
interface ScoredDocument extends Value { readonly textScore: number }

export function withTextScore (document: Value, textScore: number | undefined): Value | ScoredDocument {
  return textScore === undefined ? document : { ...document, textScore }
}

/** Gives a document the score of the one that it was made of. */
export function keepTextScore (made: Value, from: Value): Value {
  return made === from ? made : withTextScore(made, isScored(from) ? from.textScore : undefined)
}

export function textScoreOf (document: Value): Value | undefined {
  return isScored(document) ? doubleValue(document.textScore) : undefined
}

function isScored (document: Value): document is ScoredDocument {
  return 'textScore' in document
}

/** What `$meta` can name on MongoDB and not here. */
const unsupported: ReadonlySet<string> = new Set([
  'geoNearDistance', 'geoNearPoint', 'indexKey', 'randVal', 'recordId', 'searchHighlights', 'searchScore', 'searchScoreDetails', 'sortKey',
  'vectorSearchScore'
])

/**
 * Checks the operand of a `$meta`, which can only be the score, and only where documents have one.
 * @throws {EngineError} 17307, 17308, 40218, NotImplemented
 */
export function checkTextScore (operand: Value, hasTextScore: boolean): void {
  if (operand.type !== BsonType.string) throw new EngineError(17307, '$meta only supports string arguments')
  const name = stringOf(operand)
  if (unsupported.has(name)) throw new EngineError('NotImplemented', `{ $meta: '${name}' } is not supported by this server`)
  if (name !== 'textScore') throw new EngineError(17308, `Unsupported argument to $meta: ${name}`)
  if (!hasTextScore) throw new EngineError(40218, 'query requires text score metadata, but it is not available')
}
