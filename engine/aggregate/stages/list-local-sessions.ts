import { isDocument, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { inBatches } from '../batches.js'
import { readOptions } from '../options.js'
import type { StageDefinition } from '../stage.js'

/** The sessions that clients have used lately. All of them have the same user: which one is asked for makes no difference. */
export const listLocalSessions: StageDefinition = {
  name: '$listLocalSessions',
  position: 'first',
  isSource: true,
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification) {
    checkOptions(specification)
    return {
      async * run (_input, operation) {
        yield * inBatches(operation.server.sessions.describe(), operation)
      }
    }
  }
}

function checkOptions (specification: Value): void {
  if (!isDocument(specification)) throw new EngineError('TypeMismatch', '$listLocalSessions options must be specified in an object')
  const { users } = readOptions(specification, ['allUsers', 'users'], (name) => new EngineError(40415, `BSON field '$listLocalSessions.${name}' is an unknown field.`))
  if (users !== undefined) throw notImplemented("the option 'users' of $listLocalSessions is")
}
