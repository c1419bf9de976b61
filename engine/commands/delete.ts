import { EngineError } from '../errors.js'
import { deleteMany, deleteOne } from '../write/delete.js'
import { readFields, type Arguments } from './arguments.js'
import type { Command } from './command.js'
import { checkCollation, readQuery } from './query-arguments.js'
import { readStatements, refuseManyRetryable, runStatements, total } from './statements.js'
import { refuseUnsupported } from './unsupported.js'

const statementFields = {
  q: 'document',
  limit: 'number',
  hint: ['string', 'document'],
  collation: 'document'
} as const

/** Named so because `delete` is a word of the language. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'One or all matching documents, hint, ordered or not',
  isRetryable: true,
  fields: { delete: 'collection', deletes: 'array', ordered: 'bool', let: 'document', writeConcern: 'document' },

  async run (context) {
    refuseUnsupported(context.args, ['let'])
    const namespace = context.namespace('delete')
    const outcomes = await runStatements(context, readStatements(context.args, 'deletes'), async (write, statement) => {
      const args = readFields('delete.deletes', statementFields, statement)
      checkCollation(args.document('collation'))
      if (isForOne(args)) return await deleteOne(write, namespace, { query: readQuery(args, 'q') })
      refuseManyRetryable(write.retry !== undefined)
      return await deleteMany(write, namespace, readQuery(args, 'q'))
    })
    return { n: total(outcomes, 'n'), writeErrors: outcomes.writeErrors }
  }
}

function isForOne (args: Arguments): boolean {
  args.requiredValue('limit')
  const limit = args.integer('limit')
  if (limit !== 0 && limit !== 1) {
    throw new EngineError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`)
  }
  return limit === 1
}
