import { EngineError } from '../errors.js'
import { deleteMany, deletionOfOne } from '../write/delete.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readEnvironment } from './let.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { readStatements, refuseManyRetryable, runStatements, total } from './statements.js'

const statementFields = {
  q: 'document',
  limit: 'number',
  hint: ['string', 'document'],
  collation: 'document'
} as const

/** Named so because `delete` is a word of the language. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'One or all matching documents, hint, `let`, ordered or not',
  operation: 'remove',
  isRetryable: true,
  inTransaction: 'part',
  fields: { delete: 'collection', deletes: 'array', ordered: 'bool', let: 'document', writeConcern: 'document' },

  async run (context) {
    const namespace = context.namespace('delete')
    const statements = readDeletes(context.args)
    const environment = readEnvironment(context.args, context.now)
    const outcomes = await runStatements(context, namespace, statements, (write, args) => {
      const collation = readCollationOf(args, write.data.catalog.find(namespace))
      const query = readQuery(args, 'q', { environment: { ...environment, collation } })
      if (args.integer('limit') === 1) return deletionOfOne(query)
      refuseManyRetryable(write, 'limit=0')
      return { run: () => deleteMany(write, namespace, query) }
    })
    return { n: total(outcomes, 'n'), writeErrors: outcomes.writeErrors }
  }
}

/** What is wrong with one statement for itself is an error of the whole command. */
export function readDeletes (command: Arguments): Arguments[] {
  return readStatements(command, 'deletes', statementFields, checkStatement)
}

function checkStatement (args: Arguments): void {
  args.requiredDocument('q')
  args.requiredValue('limit')
  const limit = args.integer('limit')
  if (limit !== 0 && limit !== 1) {
    throw new EngineError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`)
  }
  readCollationOf(args, undefined)
}
