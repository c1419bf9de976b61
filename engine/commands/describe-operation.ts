import { hostname } from 'node:os'
import { BsonType, stringOf, type Value } from '../bson/value.js'
import { describe } from '../bson/describe.js'
import type { Connection } from '../wire/connection.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import type { OpenTransaction } from './transactions.js'

/** The longest command that is shown whole, in bytes: one that writes can have millions, and many may run at once. */
const MAX_COMMAND_BYTES = 64 * 1024
const MAX_TRUNCATED_BYTES = 1000

/** A running command as `$currentOp` shows it ("$currentOp", "Output Fields", in the manual). */
export function describeOperation (context: CommandContext, now: Date, isTruncated: boolean): Reply {
  const { connection, command, id, lsid, transactionRequest } = context
  const microseconds = Math.floor((performance.now() - context.startedAt) * 1000)
  return {
    type: 'op',
    ...describeConnection(connection),
    active: true,
    currentOpTime: now.toISOString(),
    ...(connection.user !== undefined && { effectiveUsers: [{ user: connection.user, db: 'admin' }] }),
    threaded: true,
    opid: id,
    lsid: lsid && context.args.value('lsid'),
    ...(transactionRequest && { transaction: { parameters: { txnNumber: transactionRequest.txnNumber, autocommit: false } } }),
    secs_running: BigInt(Math.floor(microseconds / 1_000_000)),
    microsecs_running: BigInt(microseconds),
    op: command.operation ?? 'command',
    ns: namespaceOf(context),
    redacted: false,
    command: shown(context.body, isTruncated ? MAX_TRUNCATED_BYTES : MAX_COMMAND_BYTES),
    killPending: context.isKilled ? true : undefined,
    ...NO_LOCKS
  }
}

/** A connection that waits for its client. */
export function describeIdle (connection: Connection, now: Date): Reply {
  return { type: 'op', ...describeConnection(connection), active: false, currentOpTime: now.toISOString() }
}

/** A transaction of which no command is running. */
export function describeIdleTransaction ({ txnNumber, openFor }: OpenTransaction, lsid: Value, now: Date): Reply {
  return {
    type: 'idleSession',
    host: hostname(),
    desc: 'inactive transaction',
    active: false,
    currentOpTime: now.toISOString(),
    lsid,
    transaction: {
      parameters: { txnNumber, autocommit: false },
      startWallClockTime: new Date(now.getTime() - openFor).toISOString(),
      timeOpenMicros: BigInt(Math.floor(openFor * 1000))
    },
    ...NO_LOCKS
  }
}

/** Nothing is locked here: commits are made one after the other, and reads see the last one. */
const NO_LOCKS = { locks: {}, waitingForLock: false, lockStats: {}, waitingForFlowControl: false, flowControlStats: {} }

function describeConnection ({ id, remote, appName }: Connection): Reply {
  return { host: hostname(), desc: `conn${id}`, connectionId: id, client: remote, appName }
}

function namespaceOf ({ args, command, database }: CommandContext): string {
  const target = args.value(command.name === 'getMore' ? 'collection' : command.name)
  if (target?.type !== BsonType.string) return command.name === 'aggregate' ? `${database}.$cmd.aggregate` : `${database}.$cmd`
  return `${database}.${stringOf(target)}`
}

/** The command as it was sent or, in the form of MongoDB, the beginning of it. */
function shown (body: Value, maxBytes: number): unknown {
  return body.end - body.start <= maxBytes ? body : { $truncated: describe(body) }
}
