import { EngineError } from '../errors.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'

/** The commands of the manual's "Stable API V1": `apiStrict` refuses any other. */
const stable = new Set([
  'abortTransaction', 'aggregate', 'collMod', 'commitTransaction', 'count', 'create', 'createIndexes', 'delete', 'drop',
  'dropDatabase', 'dropIndexes', 'endSessions', 'explain', 'find', 'findAndModify', 'getMore', 'hello', 'insert',
  'killCursors', 'listCollections', 'listDatabases', 'listIndexes', 'ping', 'refreshSessions', 'saslContinue',
  'saslStart', 'update'
])

/** Whether a command is part of version 1. */
export function isStable (name: string): boolean {
  return stable.has(name)
}

/** @throws {EngineError} for a version that is not 1, or a command that a strict client must not use */
export function checkApiVersion ({ name }: Command, args: Arguments): void {
  const version = args.string('apiVersion')
  if (version === undefined) {
    if (!args.has('apiStrict') && !args.has('apiDeprecationErrors')) return
    throw new EngineError('InvalidOptions', 'Provided apiStrict or apiDeprecationErrors without passing apiVersion')
  }
  if (version !== '1') throw new EngineError('APIVersionError', 'API version must be "1"')
  if (args.bool('apiStrict') && !isStable(name)) {
    throw new EngineError('APIStrictError', `Provided apiStrict:true, but the command ${name} is not in API Version 1`)
  }
}
