import { EngineError } from '../errors.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { TransactionRequest } from './transactions.js'

/**
 * Which transaction a command belongs to, if it does.
 * @throws {EngineError} InvalidOptions, OperationNotSupportedInTransaction for a command that cannot be part of one
 */
export function readTransaction (command: Command, args: Arguments, lsid: Buffer | undefined): TransactionRequest | undefined {
  const starts = args.has('startTransaction')
  if (!args.has('autocommit')) {
    if (starts) throw invalid("'startTransaction' field requires 'autocommit' field to also be specified")
    return undefined
  }
  const txnNumber = args.int64('txnNumber')
  if (txnNumber === undefined) throw invalid("'autocommit' field requires a transaction number to also be specified")
  if (lsid === undefined) throw invalid('Transaction number requires a session ID to also be specified')
  if (txnNumber < 0n) throw invalid('Transaction number cannot be negative')
  if (args.bool('autocommit')) throw invalid('Specifying autocommit=true is not allowed.')
  if (starts && !args.bool('startTransaction')) throw invalid('Specifying startTransaction=false is not allowed.')
  if (command.inTransaction === undefined) {
    throw new EngineError('OperationNotSupportedInTransaction', `Cannot run '${command.name}' in a multi-document transaction.`)
  }
  if (command.inTransaction === 'part') checkConcerns(args, starts)
  else if (starts) throw invalid(`The ${command.name} command cannot start a transaction`)
  return { lsid, txnNumber, starts }
}

/** A transaction has one read concern and one write concern, which come with its first and its last command. */
function checkConcerns (args: Arguments, starts: boolean): void {
  if (args.has('writeConcern')) throw invalid('writeConcern is not allowed within a multi-statement transaction')
  if (args.has('readConcern') && !starts) throw invalid('Only the first command in a transaction may specify a readConcern')
}

function invalid (message: string): EngineError {
  return new EngineError('InvalidOptions', message)
}
