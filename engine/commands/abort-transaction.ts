import type { Command } from './command.js'
import { endedTransaction } from './transaction-end.js'

export const abortTransaction: Command = {
  name: 'abortTransaction',
  summary: 'Forgets the changes of a transaction',
  inTransaction: 'end',
  fields: { abortTransaction: 'any', recoveryToken: 'document', writeConcern: 'document' },

  async run (context) {
    await context.services.transactions.abort(endedTransaction(context))
    return {}
  }
}
