import { arrayElements, BsonType, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Command } from './command.js'

export const killCursors: Command = {
  name: 'killCursors',
  summary: 'Forgets cursors',
  inTransaction: 'part',
  fields: { killCursors: 'collection', cursors: 'array' },

  run (context) {
    const { args, services } = context
    const namespace = `${context.database}.${args.requiredString('killCursors')}`
    const cursorsKilled: bigint[] = []
    const cursorsNotFound: bigint[] = []
    for (const id of arrayElements(args.requiredValue('cursors')).map(cursorId)) {
      (services.cursors.kill(id, namespace) ? cursorsKilled : cursorsNotFound).push(id)
    }
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [] }
  }
}

function cursorId ({ type, bytes, start }: Value): bigint {
  if (type !== BsonType.int64) throw new EngineError('TypeMismatch', "BSON field 'killCursors.cursors' must hold values of type long")
  return bytes.readBigInt64LE(start)
}
