import { EngineError } from '../errors.js'
import type { CommandContext } from './context.js'
import type { TransactionRequest } from './transactions.js'

/** The transaction that a command ends. @throws {EngineError} CommandFailed, Unauthorized as mongod words them */
export function endedTransaction ({ command, database, transactionRequest }: CommandContext): TransactionRequest {
  if (database !== 'admin') throw new EngineError('Unauthorized', `${command.name} may only be run against the admin database.`)
  if (transactionRequest === undefined) throw new EngineError('CommandFailed', `${command.name} must be run within a transaction`)
  return transactionRequest
}
