import { BsonType, boolOf, isDocument, typeNames, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { inBatches } from '../batches.js'
import { readOptions } from '../options.js'
import type { StageDefinition } from '../stage.js'

/** What the server is doing. */
export const currentOp: StageDefinition = {
  name: '$currentOp',
  position: 'first',
  isSource: true,
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { database }) {
    const listing = readListing(specification)
    if (database !== 'admin') throw new EngineError('InvalidNamespace', "$currentOp must be run against the 'admin' database with {aggregate: 1}")
    return {
      async * run (_input, operation) {
        yield * inBatches(operation.server.currentOperations.describe(listing), operation)
      }
    }
  }
}

const optionNames = ['allUsers', 'backtrace', 'idleConnections', 'idleCursors', 'idleSessions', 'localOps', 'targetAllNodes', 'truncateOps'] as const

function readListing (specification: Value): { idleConnections: boolean, idleSessions: boolean, truncateOps: boolean } {
  if (!isDocument(specification)) throw new EngineError('FailedToParse', `$currentOp options must be specified in an object, but found: ${typeNames[specification.type]}`)
  const options = readOptions(specification, optionNames, (name) => new EngineError('FailedToParse', `Unrecognized option '${name}' in $currentOp stage.`))
  const flag = (name: typeof optionNames[number], otherwise = false): boolean => {
    const value = options[name]
    if (value === undefined) return otherwise
    if (value.type === BsonType.bool) return boolOf(value)
    throw new EngineError('FailedToParse', `The '${name}' parameter of the $currentOp stage must be a boolean value, but found: ${typeNames[value.type]}`)
  }
  const asked = (['backtrace', 'idleCursors', 'targetAllNodes'] as const).find((name) => flag(name))
  if (asked !== undefined) throw notImplemented(`the option '${asked}' of $currentOp is`)
  // There is one user and one node: these two say nothing.
  flag('allUsers')
  flag('localOps')
  return { idleConnections: flag('idleConnections'), idleSessions: flag('idleSessions', true), truncateOps: flag('truncateOps') }
}
