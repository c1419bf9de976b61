import { documentValue, isEmpty } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Query } from '../plan/matches.js'
import { parseProjection } from '../query/projection.js'
import { parseUpdate } from '../update/update.js'
import type { Reply } from '../wire/reply.js'
import { deleteOne } from '../write/delete.js'
import type { Outcome } from '../write/outcome.js'
import { updateOne } from '../write/update.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { checkCollation, readQuery } from './query-arguments.js'
import { writeContext } from './statements.js'
import { refuseUnsupported } from './unsupported.js'

export const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  summary: 'Updates or removes one document and returns it as it was or is; sort, projection, upsert',
  isRetryable: true,
  fields: {
    findAndModify: 'collection',
    query: 'document',
    sort: 'document',
    hint: ['string', 'document'],
    remove: 'bool',
    update: ['document', 'array'],
    new: 'bool',
    fields: 'document',
    upsert: 'bool',
    arrayFilters: 'array',
    collation: 'document',
    bypassDocumentValidation: 'bool',
    let: 'document',
    writeConcern: 'document'
  },

  async run (context) {
    const { args } = context
    refuseUnsupported(args, ['let'])
    checkCollation(args.document('collation'))
    checkCombination(args)
    const query = readQuery(args, 'query', 'sort')
    const outcome = args.bool('remove') ? await remove(context, query) : await change(context, query)
    return { lastErrorObject: describe(outcome, args.bool('remove')), value: image(outcome, args, query) }
  }
}

/** @throws {EngineError} FailedToParse, as mongod words it */
function checkCombination (args: Arguments): void {
  const conflict = (text: string): EngineError => new EngineError('FailedToParse', text)
  if (!args.bool('remove')) {
    if (!args.has('update')) throw conflict('Either an update or remove=true must be specified')
    return
  }
  if (args.has('update')) throw conflict('Cannot specify both an update and remove=true')
  if (args.bool('upsert')) throw conflict('Cannot specify both upsert=true and remove=true')
  if (args.bool('new')) throw conflict("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
}

function remove (context: CommandContext, query: Query): Promise<Outcome> {
  return deleteOne(writeContext(context), context.namespace('findAndModify'), { query, image: true })
}

function change (context: CommandContext, query: Query): Promise<Outcome> {
  const { args } = context
  return updateOne(writeContext(context), context.namespace('findAndModify'), {
    query,
    update: parseUpdate(args.requiredValue('update'), { arrayFilters: args.array('arrayFilters') }),
    upsert: args.bool('upsert'),
    image: args.bool('new') ? 'after' : 'before'
  })
}

function describe ({ n, upsertedId }: Outcome, isRemoval: boolean): Reply {
  return isRemoval ? { n } : { n, updatedExisting: n === 1 && upsertedId === undefined, upserted: upsertedId }
}

function image ({ document }: Outcome, args: Arguments, query: Query): Buffer | null {
  if (document === undefined) return null
  const fields = args.document('fields')
  return fields === undefined || isEmpty(fields) ? document : parseProjection(fields, query.filter)(documentValue(document))
}
