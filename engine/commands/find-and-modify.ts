import { documentValue, isEmpty } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { Query } from '../plan/matches.js'
import { parseProjection } from '../query/projection.js'
import { parseUpdate } from '../update/update.js'
import type { Reply } from '../wire/reply.js'
import { deleteOne } from '../write/delete.js'
import type { Outcome, Shape } from '../write/outcome.js'
import { updateOne } from '../write/update.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { readEnvironment } from './let.js'
import { checkCollation, readQuery } from './query-arguments.js'
import { writeContext } from './statements.js'

export const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  summary: 'Updates or removes one document and returns it as it was or is; sort, projection, pipelines, `let`, upsert',
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
    writeConcern: 'document',
    let: 'document'
  },

  async run (context) {
    const { args } = context
    checkCollation(args.document('collation'))
    checkCombination(args)
    const isRemoval = args.bool('remove')
    const outcome = await (isRemoval ? remove(context) : change(context))
    return { lastErrorObject: describe(outcome, isRemoval), value: outcome.document ?? null }
  }
}

/** @throws {EngineError} FailedToParse, as mongod words it */
export function checkCombination (args: Arguments): void {
  const conflict = (text: string): EngineError => new EngineError('FailedToParse', text)
  if (!args.bool('remove')) {
    if (!args.has('update')) throw conflict('Either an update or remove=true must be specified')
    return
  }
  if (args.has('update')) throw conflict('Cannot specify both an update and remove=true')
  if (args.bool('upsert')) throw conflict('Cannot specify both upsert=true and remove=true')
  if (args.has('arrayFilters')) throw conflict('Cannot specify arrayFilters and remove=true')
  if (args.bool('new')) throw conflict("Cannot specify both new=true and remove=true; 'remove' always returns the deleted document")
}

function remove (context: CommandContext): Promise<Outcome> {
  const { query, shape } = readTarget(context.args, readEnvironment(context.args, context.services.clock()))
  return deleteOne(writeContext(context), context.namespace('findAndModify'), { query, shape })
}

function change (context: CommandContext): Promise<Outcome> {
  const { args } = context
  const environment = readEnvironment(args, context.services.clock())
  const { query, shape } = readTarget(args, environment)
  return updateOne(writeContext(context), context.namespace('findAndModify'), {
    query,
    update: parseUpdate(args.requiredValue('update'), { arrayFilters: args.array('arrayFilters'), environment }),
    upsert: args.bool('upsert'),
    image: { state: args.bool('new') ? 'after' : 'before', shape }
  })
}

/** Which document is meant and what of it is wanted back; what is wrong with that must be known before it is changed. */
export function readTarget (args: Arguments, environment: Environment): { query: Query, shape: Shape } {
  const query = readQuery(args, 'query', { environment, sort: 'sort' })
  const fields = args.document('fields')
  if (fields === undefined || isEmpty(fields)) return { query, shape: (document) => document }
  const project = parseProjection(fields, query.filter, environment)
  return { query, shape: (document) => project(documentValue(document)) }
}

function describe ({ n, upsertedId }: Outcome, isRemoval: boolean): Reply {
  return isRemoval ? { n } : { n, updatedExisting: n === 1 && upsertedId === undefined, upserted: upsertedId }
}
