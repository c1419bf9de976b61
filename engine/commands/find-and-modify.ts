import { documentValue, isEmpty } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Environment } from '../expression/expression.js'
import type { Query } from '../plan/matches.js'
import { parseProjection } from '../query/projection.js'
import { withTextScore } from '../query/text-score.js'
import { parseUpdate } from '../update/update.js'
import type { Reply } from '../wire/reply.js'
import { deletionOfOne } from '../write/delete.js'
import type { Outcome, Shape } from '../write/outcome.js'
import { runSingle, type SingleWrite } from '../write/single-write.js'
import { updateOfOne, type UpdateStatement } from '../write/update.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readEnvironment } from './let.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { writeContext } from './statements.js'
import { checkTimeseriesUpdate } from './timeseries-update.js'

export const findAndModify: Command = {
  name: 'findAndModify',
  aliases: ['findandmodify'],
  summary: 'Updates or removes one document and returns it as it was or is; sort, projection, pipelines, `let`, upsert',
  isRetryable: true,
  inTransaction: 'part',
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
    bypassEmptyTsReplacement: 'bool',
    writeConcern: 'document',
    let: 'document'
  },

  async run (context) {
    const { args } = context
    checkCombination(args)
    const isRemoval = args.bool('remove')
    const namespace = context.namespace('findAndModify')
    const write = writeContext(context)
    const collection = write.data.catalog.find(namespace)
    if (!isRemoval) checkTimeseriesUpdate(collection, args)
    const environment = readEnvironment(args, write.now, readCollationOf(args, collection))
    const single = isRemoval ? readDeletion(args, environment) : updateOfOne(write, namespace, readUpdate(args, environment))
    const outcome = await runSingle(write, namespace, single)
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

function readDeletion (args: Arguments, environment: Environment): SingleWrite {
  const { query, shape } = readTarget(args, environment)
  return deletionOfOne(query, shape)
}

function readUpdate (args: Arguments, environment: Environment): UpdateStatement {
  const { query, shape } = readTarget(args, environment)
  return {
    query,
    update: parseUpdate(args.requiredValue('update'), { arrayFilters: args.array('arrayFilters'), environment }),
    upsert: args.bool('upsert'),
    image: { state: args.bool('new') ? 'after' : 'before', shape }
  }
}

/** Which document is meant and what of it is wanted back; what is wrong with that must be known before it is changed. */
export function readTarget (args: Arguments, environment: Environment): { query: Query, shape: Shape } {
  const query = readQuery(args, 'query', { environment, sort: 'sort' })
  const fields = args.document('fields')
  if (fields === undefined || isEmpty(fields)) return { query, shape: (document) => document }
  const project = parseProjection(fields, query.filter, environment)
  return { query, shape: (document, textScore) => project(withTextScore(documentValue(document), textScore)) }
}

function describe ({ n, upsertedId }: Outcome, isRemoval: boolean): Reply {
  return isRemoval ? { n } : { n, updatedExisting: n === 1 && upsertedId === undefined, upserted: upsertedId }
}
