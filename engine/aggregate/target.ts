import { stringOf, BsonType, typeNames, type Value } from '../bson/value.js'
import { MAX_DEPTH } from '../bson/validate.js'
import { EngineError } from '../errors.js'
import { checkCreatable, Namespace } from '../storage/namespace.js'
import { isDeeperThan, tooDeep } from '../update/nesting.js'
import { withinLimit } from '../update/size.js'
import type { WriteContext } from '../write/write-context.js'
import type { Operation } from './operation.js'
import { readOptions } from './options.js'

/** Reads where `$out` and `$merge` write to: a name in the same database, or `{ db, coll }`. */
export function readTarget (stage: string, target: Value, database: string): Namespace {
  const { db, coll } = target.type === BsonType.string
    ? { coll: target }
    : readOptions(target, ['db', 'coll'], (name) => new EngineError(40415, `BSON field '${stage}.${name}' is an unknown field.`))
  if (coll === undefined) throw new EngineError(40414, `BSON field '${stage}.coll' is missing but a required field`)
  const namespace = new Namespace(db === undefined ? database : text(stage, 'db', db), text(stage, 'coll', coll))
  checkCreatable(namespace)
  return namespace
}

function text (stage: string, option: string, value: Value): string {
  if (value.type === BsonType.string) return stringOf(value)
  throw new EngineError('TypeMismatch', `BSON field '${stage}.${option}' is the wrong type '${typeNames[value.type]}', expected type 'string'`)
}

/** A document that stages have made, as one that may be stored. @throws {EngineError} when it is too large or too deep */
export function storable (document: Buffer): Buffer {
  withinLimit(document)
  if (isDeeperThan(MAX_DEPTH, { type: BsonType.document, bytes: document, start: 0, end: document.length })) throw tooDeep()
  return document
}

/** What a stage writes with: nothing of it is a statement that a client could send again. */
export function writeContext ({ data, now, pace, onInvalid }: Operation): WriteContext {
  return { data, now, onInvalid, checkInterrupt: () => pace.checkInterrupt(), retry: undefined }
}
