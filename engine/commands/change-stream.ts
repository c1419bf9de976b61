import { parsePipeline } from '../aggregate/pipeline.js'
import { isTruthy } from '../bson/number.js'
import { arrayElements, arrayValue, fields, isDocument, type Value } from '../bson/value.js'
import { ChangeStream } from '../change-streams/change-stream.js'
import { beforeChangeModes, fullDocumentModes, type EventOptions } from '../change-streams/event.js'
import { after, before, readResumeToken, type Position } from '../change-streams/resume-token.js'
import { clusterScope, collectionScope, databaseScope, type StreamScope } from '../change-streams/scope.js'
import { compileStages } from '../change-streams/stages.js'
import { EngineError } from '../errors.js'
import { tickOf } from '../update/clock.js'
import type { Namespace } from '../storage/namespace.js'
import type { Store } from '../storage/store.js'
import type { Reply } from '../wire/reply.js'
import { checkApiOf, readNamespace } from './aggregation.js'
import { readFields, type Arguments } from './arguments.js'
import { ChangeStreamSource } from './change-stream-source.js'
import { readConcernLevel } from './concerns.js'
import type { CommandContext } from './context.js'
import { firstBatch, readBatchSize } from './cursor-reply.js'
import type { Fields } from './fields.js'
import { readEnvironment } from './let.js'
import { readCollationOf } from './query-arguments.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

/** What only the parts of a sharded cluster, or tools of MongoDB's own, ask for. */
const unsupported = [
  'allowToRunOnConfigDB', 'allowToRunOnSystemNS', 'showMigrationEvents', 'showSystemEvents', 'showRawUpdateDescription', 'matchCollectionUUIDForUpdateLookup'
]

const specificationFields: Fields = {
  allChangesForCluster: 'bool',
  fullDocument: 'string',
  fullDocumentBeforeChange: 'string',
  resumeAfter: 'document',
  showExpandedEvents: 'bool',
  startAfter: 'document',
  startAtOperationTime: 'timestamp',
  ...anyOf(unsupported)
}

/** What the first stage of a pipeline says, if that is `$changeStream`. */
export function changeStreamOf (args: Arguments): Value | undefined {
  const [first] = args.array('pipeline') ?? []
  const [member, ...others] = isDocument(first) ? fields(first) : []
  return member?.[0] === '$changeStream' && others.length === 0 ? member[1] : undefined
}

/**
 * Opens a change stream: an aggregation that never comes to its end.
 * @throws {EngineError} for what cannot be parsed, ChangeStreamHistoryLost for a start that is too long ago
 */
export function openChangeStream (context: CommandContext, specification: Value): Reply | Promise<Reply> {
  const { args, database, now, store } = context
  checkCircumstances(context)
  if (!isDocument(specification)) throw new EngineError(50808, '$changeStream stage expects a document as argument')
  const given = readFields('$changeStream', specificationFields, specification)
  refuseUnsupported(given, unsupported)
  const namespace = readNamespace(args, database)
  if (namespace !== undefined) checkWatchable(store, namespace)
  // The collation of the collection, which may be another one later, does not count.
  const environment = readEnvironment(args, now, readCollationOf(args, undefined))
  const steps = parsePipeline(arrayValue(arrayElements(args.requiredValue('pipeline')).slice(1)), { database, place: '$changeStream', environment })
  checkApiOf(steps, args)
  const stream = new ChangeStream(store, {
    ...readEventOptions(given),
    scope: readScope(given, namespace, database),
    start: readStart(given) ?? after(store.operationTime),
    stages: compileStages(steps, environment)
  })
  return firstBatch(context, String(namespace ?? `${database}.$cmd.aggregate`), new ChangeStreamSource(store, stream), { batchSize: readBatchSize(args) })
}

/** A view has no changes of its own, and those of a time series are not recorded. */
function checkWatchable ({ catalog }: Store, namespace: Namespace): void {
  if (catalog.view(namespace) === undefined && catalog.find(namespace)?.timeseries === undefined) return
  throw new EngineError('CommandNotSupportedOnView', `Namespace ${namespace} is a view, not a collection`)
}

function checkCircumstances ({ args, transaction }: CommandContext): void {
  if (transaction !== undefined) {
    throw new EngineError('OperationNotSupportedInTransaction', 'Operation not permitted in transaction :: caused by :: Stage not supported inside of a multi-document transaction: $changeStream')
  }
  if (args.bool('explain')) throw new EngineError('NotImplemented', 'a change stream is not explained by this engine')
  if (!args.has('cursor')) throw new EngineError('FailedToParse', "The 'cursor' option is required, except for aggregate with the explain argument")
  const concern = args.document('readConcern')
  const level = concern && readConcernLevel(concern, 'majority')
  if (level !== undefined && level !== 'majority') {
    throw new EngineError('InvalidOptions', `$changeStream cannot run with a readConcern other than 'majority'. Current readConcern: ${level}`)
  }
}

function readEventOptions (given: Arguments): EventOptions {
  return {
    fullDocument: readMode(given, 'fullDocument', fullDocumentModes),
    fullDocumentBeforeChange: readMode(given, 'fullDocumentBeforeChange', beforeChangeModes),
    showExpandedEvents: given.bool('showExpandedEvents')
  }
}

/** One of the modes, the first if none is given. */
function readMode<Mode extends string> (given: Arguments, name: string, modes: readonly Mode[]): Mode {
  const text = given.string(name) ?? modes[0]
  const mode = modes.find((mode) => mode === text)
  if (mode === undefined) throw new EngineError('BadValue', `Enumeration value '${text}' for field '$changeStream.${name}' is not a valid value.`)
  return mode
}

function readScope (given: Arguments, namespace: Namespace | undefined, database: string): StreamScope {
  const allChanges = given.value('allChangesForCluster')
  if (allChanges === undefined || !isTruthy(allChanges)) return namespace === undefined ? databaseScope(database) : collectionScope(namespace)
  if (database !== 'admin' || namespace !== undefined) {
    throw new EngineError('InvalidOptions', "A $changeStream with 'allChangesForCluster:true' may only be opened on the 'admin' database, and with no collection name; found " +
      String(namespace ?? `${database}.$cmd.aggregate`))
  }
  return clusterScope
}

function readStart (given: Arguments): Position | undefined {
  const [resumeAfter, startAfter, time] = [given.document('resumeAfter'), given.document('startAfter'), given.value('startAtOperationTime')]
  if (resumeAfter !== undefined && startAfter !== undefined) {
    throw new EngineError(50865, "Do not specify both 'resumeAfter' and 'startAfter' in a $changeStream stage")
  }
  const token = resumeAfter ?? startAfter
  if (token === undefined) return time && before(tickOf(time))
  if (time !== undefined) throw new EngineError(40674, 'Only one type of resume option is allowed, but multiple were found')
  const position = readResumeToken(token)
  if (resumeAfter !== undefined && position.kind === 'invalidation') {
    throw new EngineError('InvalidResumeToken', "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification.")
  }
  return position
}
