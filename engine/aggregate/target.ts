import { stringOf, BsonType, typeNames, type Value } from '../bson/value.js'
import { MAX_DEPTH } from '../bson/validate.js'
import { EngineError } from '../errors.js'
import { checkCreatable, Namespace } from '../storage/namespace.js'
import { isDeeperThan, tooDeep } from '../update/nesting.js'
import { withinLimit } from '../update/size.js'
import type { WriteContext } from '../write/write-context.js'
import type { Operation } from './operation.js'
import { readOptions } from './options.js'

/** Reads where a stage writes to: a name in the same database, or `{ db, coll }`. */
export function readTarget (stage: string, target: Value, database: string): Namespace {
  return namespaceOf(stage, target.type === BsonType.string ? { coll: target } : readOptions(target, ['db', 'coll'], unknownField(stage)), database)
}

export function namespaceOf (stage: string, { db, coll }: { readonly db?: Value, readonly coll?: Value }, database: string): Namespace {
  if (coll === undefined) throw new EngineError(40414, `BSON field '${stage}.coll' is missing but a required field`)
  const namespace = new Namespace(db === undefined ? database : text(stage, 'db', db), text(stage, 'coll', coll))
  checkCreatable(namespace)
  return namespace
}

export function text (path: string, option: string, value: Value): string {
  if (value.type === BsonType.string) return stringOf(value)
  throw wrongType(`${path}.${option}`, value, "type 'string'")
}

export function unknownField (path: string): (name: string) => EngineError {
  return (name) => new EngineError(40415, `BSON field '${path}.${name}' is an unknown field.`)
}

export function wrongType (field: string, { type }: Value, expected: string): EngineError {
  return new EngineError('TypeMismatch', `BSON field '${field}' is the wrong type '${typeNames[type]}', expected ${expected}`)
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
