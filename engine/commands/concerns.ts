import { codes, EngineError, type ErrorCode } from '../errors.js'
import { BsonType, stringOf, typeNames, type Value } from '../bson/value.js'
import { tickOf, type Tick } from '../update/clock.js'
import { readFields } from './arguments.js'
import type { Fields } from './fields.js'

const readConcernFields: Fields = { level: 'string', afterClusterTime: 'timestamp', provenance: 'string' }

/** Every write is on disk before it is visible, and there is one node: these four levels are the same here. */
const levels = new Set(['local', 'available', 'majority', 'linearizable'])

/** Those that a transaction can have: it always reads a snapshot of what is on the disk. */
const transactionLevels = new Set(['local', 'majority', 'snapshot'])

/** @throws {EngineError} for a level that this engine cannot give */
export function checkReadConcern (concern: Value, isOfTransaction: boolean): void {
  const level = readConcernLevel(concern)
  if (isOfTransaction && transactionLevels.has(level)) return
  if (isOfTransaction) {
    throw new EngineError('InvalidOptions', "The readConcern level must be either 'local' (default), 'majority' or 'snapshot' in order to run in a transaction")
  }
  if (levels.has(level)) return
  if (level === 'snapshot') throw new EngineError('InvalidOptions', 'read concern level snapshot is only supported in transactions')
  throw new EngineError('BadValue', `Enumeration value '${level}' for field 'readConcern.level' is not a valid value.`)
}

/** Levels with which a read can be asked to be no older than a time. */
const causalLevels = new Set(['local', 'majority', 'snapshot'])

/** The time that what is read must not be older than. @throws {EngineError} InvalidOptions */
export function readConcernTime (concern: Value): Tick | undefined {
  const time = readFields('readConcern', readConcernFields, concern).value('afterClusterTime')
  if (time === undefined) return undefined
  if (!causalLevels.has(readConcernLevel(concern))) {
    throw new EngineError('InvalidOptions', 'afterClusterTime field can be set only if level is equal to majority, local, or snapshot')
  }
  const tick = tickOf(time)
  if (tick.t === 0 && tick.i === 0) throw new EngineError('InvalidOptions', 'afterClusterTime cannot be a null timestamp')
  return tick
}

export function readConcernLevel (concern: Value, otherwise = 'local'): string {
  return readFields('readConcern', readConcernFields, concern).string('level') ?? otherwise
}

const writeConcernFields: Fields = {
  w: ['number', 'string'], j: 'bool', fsync: 'bool', wtimeout: 'number', wtimeoutMS: 'number', provenance: 'string'
}

/** The most nodes that a replica set can have. */
const MAX_NODES = 50

/** What a reply says of a write that was done, and is not as widely known as the client wanted. */
export interface WriteConcernError { readonly code: number, readonly codeName: string, readonly errmsg: string }

/**
 * A reply always means that the write is on this node's disk, which is all that `j` and any `w` up to 1 or 'majority'
 * can ask for. More nodes there are not: as in MongoDB the write is done, and the reply says so.
 * @throws {EngineError} for what is no write concern
 */
export function unsatisfied (concern: Value): WriteConcernError | undefined {
  const args = readFields('writeConcern', writeConcernFields, concern)
  const w = args.value('w')
  if (w === undefined) return undefined
  if (w.type === BsonType.string) return unsatisfiedMode(stringOf(w))
  const nodes = args.integer('w') ?? 1
  if (nodes < 0 || nodes > MAX_NODES) {
    throw new EngineError('FailedToParse', `w has to be a non-negative number and not greater than ${MAX_NODES}; found: ${typeNames[w.type]}`)
  }
  return nodes > 1 ? errorOf('UnsatisfiableWriteConcern', 'Not enough data-bearing nodes') : undefined
}

function unsatisfiedMode (mode: string): WriteConcernError | undefined {
  if (mode === 'majority') return undefined
  return errorOf('UnknownReplWriteConcern', `No write concern mode named '${mode}' found in replica set configuration`)
}

function errorOf (codeName: ErrorCode, errmsg: string): WriteConcernError {
  return { code: codes[codeName], codeName, errmsg }
}
