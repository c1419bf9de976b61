import { isDocument, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { inBatches } from '../batches.js'
import { readOptions } from '../options.js'
import type { Stage, StageDefinition } from '../stage.js'

/** The sessions that clients have used lately. */
export const listLocalSessions: StageDefinition = {
  name: '$listLocalSessions',
  position: 'first',
  isSource: true,
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse: (specification) => listing('$listLocalSessions', specification)
}

/** Where MongoDB writes down the sessions of all nodes, every few minutes; nothing is stored there here. */
const SESSIONS = 'config.system.sessions'

/** The sessions of all nodes, which are those of this one. */
export const listSessions: StageDefinition = {
  name: '$listSessions',
  position: 'first',
  isOutsideApi: true,
  isOutsideTransactions: true,
  notIn: ['$facet', '$lookup', '$unionWith', 'update'],

  parse (specification, { namespace }) {
    if (String(namespace) !== SESSIONS) throw new EngineError('InvalidNamespace', `$listSessions may only be run against ${SESSIONS}`)
    return listing('$listSessions', specification)
  }
}

/** All of them have the same user: which one is asked for makes no difference. */
function listing (name: string, specification: Value): Stage {
  checkOptions(name, specification)
  return {
    async * run (_input, operation) {
      yield * inBatches(operation.server.sessions.describe(), operation)
    }
  }
}

function checkOptions (stage: string, specification: Value): void {
  if (!isDocument(specification)) throw new EngineError('TypeMismatch', `${stage} options must be specified in an object`)
  const { users } = readOptions(specification, ['allUsers', 'users'], (name) => new EngineError(40415, `BSON field '${stage}.${name}' is an unknown field.`))
  if (users !== undefined) throw notImplemented(`the option 'users' of ${stage} is`)
}
