import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { Entry } from '../storage/catalog.js'
import { parseUpdate } from '../update/update.js'
import { updateMany, updateOfOne, type UpdateStatement } from '../write/update.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readConstants, readEnvironment } from './let.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { readStatements, refuseManyRetryable, runStatements, total } from './statements.js'
import { checkTimeseriesUpdate } from './timeseries-update.js'

const statementFields = {
  q: 'document',
  u: ['document', 'array'],
  multi: 'bool',
  upsert: 'bool',
  hint: ['string', 'document'],
  collation: 'document',
  arrayFilters: 'array',
  c: 'document'
} as const

export const update: Command = {
  name: 'update',
  summary: 'One or many documents by modifiers, replacement or pipeline, upsert, hint, `let`, ordered or not',
  operation: 'update',
  isRetryable: true,
  inTransaction: 'part',
  fields: {
    update: 'collection',
    updates: 'array',
    ordered: 'bool',
    bypassDocumentValidation: 'bool',
    bypassEmptyTsReplacement: 'bool',
    let: 'document',
    writeConcern: 'document'
  },

  async run (context) {
    const namespace = context.namespace('update')
    const statements = readUpdates(context.args)
    const environment = readEnvironment(context.args, context.now)
    const outcomes = await runStatements(context, namespace, statements, (write, args) => {
      const isMany = args.bool('multi')
      if (isMany) refuseManyRetryable(write, 'multi=true')
      const collection = write.data.catalog.find(namespace)
      const statement = readUpdate(args, collection, { ...environment, collation: readCollationOf(args, collection) })
      return isMany ? { run: () => updateMany(write, namespace, statement) } : updateOfOne(write, namespace, statement)
    })
    const upserted = [...outcomes.done].filter(([, { upsertedId }]) => upsertedId !== undefined)
    return {
      n: total(outcomes, 'n'),
      writeErrors: outcomes.writeErrors,
      upserted: upserted.length === 0 ? undefined : upserted.map(([index, { upsertedId }]) => ({ index, _id: upsertedId })),
      nModified: total(outcomes, 'modified')
    }
  }
}

/** What is wrong with one statement for itself is an error of the whole command. */
export function readUpdates (command: Arguments): Arguments[] {
  return readStatements(command, 'updates', statementFields, checkStatement)
}

function checkStatement (args: Arguments): void {
  args.requiredDocument('q')
  args.requiredValue('u')
  readCollationOf(args, undefined)
}

/**
 * @param entry what is to be updated
 * @throws {EngineError} FailedToParse for a replacement of many, 51198 for constants of another update than a pipeline,
 * InvalidOptions for what cannot be done to a time series
 */
export function readUpdate (args: Arguments, entry: Entry | undefined, environment: Environment): UpdateStatement {
  checkTimeseriesUpdate(entry, args)
  const constants = readConstants(args.document('c'))
  const variables = new Map([...environment.variables, ...constants])
  const update = parseUpdate(args.requiredValue('u'), { arrayFilters: args.array('arrayFilters'), environment: { ...environment, variables } })
  if (constants.size > 0 && update.kind !== 'pipeline') throw new EngineError(51198, 'Constant values may only be specified for pipeline updates')
  if (args.bool('multi') && update.kind === 'replacement') throw new EngineError('FailedToParse', 'multi update is not supported for replacement-style update')
  return { query: readQuery(args, 'q', { environment }), update, upsert: args.bool('upsert') }
}
