import { EngineError } from '../errors.js'
import { parseUpdate, type Update } from '../update/update.js'
import { updateMany, updateOne, type UpdateStatement } from '../write/update.js'
import { readFields, type Arguments } from './arguments.js'
import type { Command } from './command.js'
import { checkCollation, readQuery } from './query-arguments.js'
import { readStatements, refuseManyRetryable, runStatements, total } from './statements.js'
import { refuseUnsupported } from './unsupported.js'

const statementFields = {
  q: 'document',
  u: ['document', 'array'],
  c: 'document',
  multi: 'bool',
  upsert: 'bool',
  hint: ['string', 'document'],
  collation: 'document',
  arrayFilters: 'array'
} as const

export const update: Command = {
  name: 'update',
  summary: 'One or many documents by modifiers or replacement, upsert, hint, ordered or not; no pipelines',
  isRetryable: true,
  fields: {
    update: 'collection',
    updates: 'array',
    ordered: 'bool',
    bypassDocumentValidation: 'bool',
    let: 'document',
    writeConcern: 'document'
  },

  async run (context) {
    refuseUnsupported(context.args, ['let'])
    const namespace = context.namespace('update')
    const outcomes = await runStatements(context, readStatements(context.args, 'updates'), async (write, statement) => {
      const args = readFields('update.updates', statementFields, statement)
      const run = args.bool('multi') ? updateMany : updateOne
      return await run(write, namespace, readUpdate(args, write.retry !== undefined))
    })
    const upserted = [...outcomes.done].filter(([, { upsertedId }]) => upsertedId !== undefined)
    return {
      n: total(outcomes, 'n'),
      upserted: upserted.length === 0 ? undefined : upserted.map(([index, { upsertedId }]) => ({ index, _id: upsertedId })),
      nModified: total(outcomes, 'modified'),
      writeErrors: outcomes.writeErrors
    }
  }
}

/** @throws {EngineError} FailedToParse for a replacement of many, InvalidOptions for a retry of many */
function readUpdate (args: Arguments, isRetryable: boolean): UpdateStatement {
  refuseUnsupported(args, ['c'])
  checkCollation(args.document('collation'))
  const parsed = parseUpdate(args.requiredValue('u'), { arrayFilters: args.array('arrayFilters') })
  if (args.bool('multi')) checkMany(parsed, isRetryable)
  return { query: readQuery(args, 'q'), update: parsed, upsert: args.bool('upsert') }
}

function checkMany ({ kind }: Update, isRetryable: boolean): void {
  if (kind === 'replacement') throw new EngineError('FailedToParse', 'multi update is not supported for replacement-style update')
  refuseManyRetryable(isRetryable)
}
