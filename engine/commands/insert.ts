import { insertMany } from '../write/insert.js'
import type { Command } from './command.js'
import { isOrdered, readBatch, writeContext, writeErrors } from './statements.js'

export const insert: Command = {
  name: 'insert',
  summary: 'Documents, ordered or not; several to a commit',
  operation: 'insert',
  isRetryable: true,
  inTransaction: 'part',
  fields: {
    insert: 'collection',
    documents: 'array',
    ordered: 'bool',
    bypassDocumentValidation: 'bool',
    bypassEmptyTsReplacement: 'bool',
    writeConcern: 'document'
  },

  async run (context) {
    const { args } = context
    const documents = readBatch(args, 'documents')
    context.counts.statements += documents.length
    const { n, failures } = await insertMany(writeContext(context), context.namespace('insert'), documents, isOrdered(context))
    return { n, writeErrors: writeErrors(failures) }
  }
}
