import { EngineError } from '../errors.js'
import { BsonType, forEachField, type Value } from '../bson/value.js'
import type { Message, Sequence } from '../wire/op-msg.js'
import { checkApiVersion } from './api-version.js'
import { addField, Arguments, unknown } from './arguments.js'
import type { Command } from './command.js'
import { checkReadConcern, readConcernLevel } from './concerns.js'
import { compileFields, type Field, type Fields } from './fields.js'

/**
 * What every command takes. `comment` and `$readPreference` are accepted without effect: comments are for logs and
 * profiles, and the only node answers any preference.
 */
export const genericFields: Fields = {
  $db: 'string',
  $clusterTime: 'document',
  $readPreference: 'document',
  apiDeprecationErrors: 'bool',
  apiStrict: 'bool',
  apiVersion: 'string',
  autocommit: 'bool',
  comment: 'any',
  lsid: 'document',
  maxTimeMS: 'number',
  readConcern: 'document',
  startTransaction: 'bool',
  txnNumber: 'int64'
}

type FieldTable = ReadonlyMap<string, Field>

const known = new WeakMap<Command, FieldTable>()

/**
 * Reads a command's arguments, its own and the generic ones, and refuses what it does not take.
 * @throws {EngineError} 40413, 40415, TypeMismatch, or what concerns and versions have to say
 */
export function readCommand (command: Command, { body, sequences }: Message): Arguments {
  const fields = fieldsOf(command)
  const values = new Map<string, Value>()
  let isFirst = true
  forEachField(body, (given, value) => {
    // The first member is the command itself, perhaps by another of its names.
    const name = isFirst ? command.name : given
    isFirst = false
    addField(values, command.name, name, value, fieldOf(name, fields, command))
  })
  const args = new Arguments(command.name, values, readSequences(command, fields, sequences))
  const readConcern = args.document('readConcern')
  if (readConcern !== undefined) {
    // A transaction's first command has that of the transaction, whatever the command is. Every other takes 'local', with which a
    // driver says after what time the command comes.
    const isFree = args.has('startTransaction') || 'readConcern' in command.fields
    if (!isFree && readConcernLevel(readConcern) !== 'local') throw unsupportedConcern('readConcern', command)
    checkReadConcern(readConcern, args.has('startTransaction'))
  }
  checkApiVersion(command, args)
  return args
}

function fieldsOf (command: Command): FieldTable {
  let fields = known.get(command)
  if (fields === undefined) {
    fields = compileFields({ ...genericFields, ...command.fields })
    known.set(command, fields)
  }
  return fields
}

const NONE: ReadonlyMap<string, Value[]> = new Map()

function readSequences (command: Command, fields: FieldTable, sequences: readonly Sequence[]): ReadonlyMap<string, Value[]> {
  if (sequences.length === 0) return NONE
  return new Map(sequences.map(({ name, documents }) => {
    if (!fieldOf(name, fields, command).accepts(BsonType.array)) {
      throw new EngineError('TypeMismatch', `BSON field '${command.name}.${name}' may not be a document sequence`)
    }
    return [name, documents]
  }))
}

function fieldOf (name: string, fields: FieldTable, { name: command }: Command): Field {
  const field = fields.get(name) ?? fields.get('*')
  if (field !== undefined) return field
  if (name !== 'writeConcern') return unknown(command, name)
  throw unsupportedConcern(name, { name: command })
}

function unsupportedConcern (concern: string, { name }: Pick<Command, 'name'>): EngineError {
  return new EngineError('InvalidOptions', `Command ${name} does not support ${concern}`)
}
