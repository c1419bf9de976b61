import { insertMany } from '../write/insert.js'
import type { Command } from './command.js'
import { readBatch, writeContext, writeErrors } from './statements.js'

export const insert: Command = {
  name: 'insert',
  summary: 'Documents, ordered or not; several to a commit',
  isRetryable: true,
  // There are no validators that could be bypassed.
  fields: {
    insert: 'collection',
    documents: 'array',
    ordered: 'bool',
    bypassDocumentValidation: 'bool',
    writeConcern: 'document'
  },

  async run (context) {
    const { args } = context
    const documents = readBatch(args, 'documents')
    const { n, failures } = await insertMany(writeContext(context), context.namespace('insert'), documents, args.bool('ordered', true))
    return { n, writeErrors: writeErrors(failures) }
  }
}
