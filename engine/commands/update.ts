import { EngineError } from '../errors.js'
import { parseUpdate } from '../update/update.js'
import { updateMany, updateOne, type UpdateStatement } from '../write/update.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { checkCollation, readQuery } from './query-arguments.js'
import { readStatements, refuseManyRetryable, runStatements, total } from './statements.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = ['c']

const statementFields = {
  q: 'document',
  u: ['document', 'array'],
  multi: 'bool',
  upsert: 'bool',
  hint: ['string', 'document'],
  collation: 'document',
  arrayFilters: 'array',
  ...anyOf(unsupported)
} as const

export const update: Command = {
  name: 'update',
  summary: 'One or many documents by modifiers or replacement, upsert, hint, ordered or not; no pipelines, no `let`',
  isRetryable: true,
  fields: {
    update: 'collection',
    updates: 'array',
    ordered: 'bool',
    bypassDocumentValidation: 'bool',
    writeConcern: 'document',
    ...anyOf(['let'])
  },

  async run (context) {
    refuseUnsupported(context.args, ['let'])
    const namespace = context.namespace('update')
    const statements = readStatements(context.args, 'updates', statementFields)
    for (const args of statements) checkStatement(args)
    const outcomes = await runStatements(context, statements, async (write, args) => {
      const isMany = args.bool('multi')
      if (isMany) refuseManyRetryable(write, 'multi=true')
      return await (isMany ? updateMany : updateOne)(write, namespace, readUpdate(args, isMany))
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
function checkStatement (args: Arguments): void {
  args.requiredDocument('q')
  args.requiredValue('u')
  refuseUnsupported(args, unsupported)
  checkCollation(args.document('collation'))
}

/** @throws {EngineError} FailedToParse for a replacement of many */
function readUpdate (args: Arguments, isMany: boolean): UpdateStatement {
  const update = parseUpdate(args.requiredValue('u'), { arrayFilters: args.array('arrayFilters') })
  if (isMany && update.kind === 'replacement') throw new EngineError('FailedToParse', 'multi update is not supported for replacement-style update')
  return { query: readQuery(args, 'q'), update, upsert: args.bool('upsert') }
}
