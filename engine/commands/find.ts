import { isEmpty } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import type { Match } from '../plan/scan.js'
import { parseProjection } from '../query/projection.js'
import { isView, type Entry } from '../storage/catalog.js'
import type { Reply } from '../wire/reply.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { firstBatch } from './cursor-reply.js'
import type { CursorSource } from './cursors.js'
import { emptySource, FindSource, type Window } from './find-source.js'
import { keyOptions, readKeyLimits, shapeOf } from './key-options.js'
import { readEnvironment } from './let.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { TailableSource } from './tailable-source.js'
import { refuseUnsupported } from './unsupported.js'
import { viewSource } from './view-queries.js'

export const find: Command = {
  name: 'find',
  summary: 'Filter, sort, projection, skip, limit, hint, `min`, `max`, `let`, collation, batches, tailable cursors',
  operation: 'query',
  inTransaction: 'part',
  // allowDiskUse, allowPartialResults and noCursorTimeout cannot change what is found, and are accepted.
  fields: {
    find: 'collection',
    filter: 'document',
    sort: 'document',
    projection: 'document',
    let: 'document',
    hint: ['string', 'document'],
    skip: 'number',
    limit: 'number',
    batchSize: 'number',
    singleBatch: 'bool',
    tailable: 'bool',
    awaitData: 'bool',
    collation: 'document',
    allowDiskUse: 'bool',
    allowPartialResults: 'bool',
    noCursorTimeout: 'bool',
    readConcern: 'document',
    ...keyOptions
  },

  /** Not async: what is found at once is answered at once. */
  run (context): Reply | Promise<Reply> {
    const { args, data, now } = context
    const namespace = context.namespace('find')
    const entry = data.catalog.entry(namespace)
    const { query, window } = readFind(args, now, entry)
    const source = entry === undefined ? emptySource : openSource(context, entry, query, window)
    return firstBatch(context, namespace.toString(), source, { batchSize: args.count('batchSize'), isOnly: args.bool('singleBatch') })
  }
}

function openSource (context: CommandContext, entry: Entry, query: Query, window: Window): CursorSource {
  if (context.args.bool('tailable') || isView(entry)) refuseUnsupported(context.args, Object.keys(keyOptions))
  if (context.args.bool('tailable')) return openTail(context, entry, query, window)
  if (isView(entry)) return viewSource(context, entry.namespace, 'find')
  const matches = openMatches(context.data, entry, query, { needed: window.skip + window.limit })
  const shape = shapeOf(context.args, matches, window.project)
  return shape === undefined ? new FindSource(matches, window) : new FindSource(mapped(matches, shape), { ...window, project: undefined })
}

/** Matches with something else in place of their documents. */
function mapped (matches: Matches, shape: (match: Match) => Buffer): Pick<Matches, 'read'> {
  return { read: (visit, checkInterrupt) => matches.read((match) => visit({ ...match, document: shape(match) }), checkInterrupt) }
}

/** @throws {EngineError} for what has no end that documents are added to */
function openTail ({ args, store, transaction }: CommandContext, entry: Entry, query: Query, window: Window): CursorSource {
  if (isView(entry)) throw new EngineError('InvalidPipelineOperator', "Option 'tailable' not supported in aggregation.")
  if (entry.capped === undefined) throw new EngineError('BadValue', `error processing query: ns=${entry.namespace} tailable cursor requested on non capped collection`)
  if (transaction !== undefined) throw new EngineError('OperationNotSupportedInTransaction', 'Cannot open a tailable cursor in a multi-document transaction.')
  return new TailableSource(store, entry, query, window, args.bool('awaitData'))
}

/**
 * Reads what a find asks for, also for explain.
 * @throws {EngineError} for what cannot be parsed or is not implemented
 */
export function readFind (args: Arguments, now: Date, entry: Entry | undefined): { query: Query, window: Window } {
  const environment = readEnvironment(args, now, readCollationOf(args, entry))
  const { filter, sort, hint } = readQuery(args, 'filter', { environment, sort: 'sort' })
  const query = { filter, sort, hint, limits: readKeyLimits(args, hint) }
  checkTailable(args, query)
  const projection = args.document('projection')
  return {
    query,
    window: {
      skip: args.count('skip') ?? 0,
      limit: args.count('limit') || Infinity,
      project: projection === undefined || isEmpty(projection) ? undefined : parseProjection(projection, filter, environment)
    }
  }
}

function checkTailable (args: Arguments, { sort, hint }: Query): void {
  if (!args.bool('tailable')) {
    if (args.bool('awaitData')) throw new EngineError('FailedToParse', "Cannot set 'awaitData' without also setting 'tailable'")
    return
  }
  if (args.bool('singleBatch')) throw new EngineError('FailedToParse', "Cannot use tailable with the 'singleBatch' option")
  const isBackwards = hint !== undefined && 'natural' in hint && hint.natural < 0
  if (sort !== undefined || isBackwards) throw new EngineError('BadValue', 'cannot use tailable option with a sort other than {$natural: 1}')
}
