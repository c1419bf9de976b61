import type { Command } from './command.js'
import { endedTransaction } from './transaction-end.js'

export const commitTransaction: Command = {
  name: 'commitTransaction',
  summary: 'Makes the changes of a transaction durable and visible in one commit; may be sent again',
  inTransaction: 'end',
  fields: { commitTransaction: 'any', recoveryToken: 'document', writeConcern: 'document' },

  async run (context) {
    await context.services.transactions.commit(endedTransaction(context))
    return {}
  }
}
