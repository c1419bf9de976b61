import { documentValue, type Value } from '../bson/value.js'
import type { Connection } from '../wire/connection.js'
import { DocumentWriter } from '../wire/document-writer.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import { describeIdle, describeIdleTransaction, describeOperation } from './describe-operation.js'
import type { Operations } from './operations.js'
import type { RecentSessions } from './recent-sessions.js'
import type { Transactions } from './transactions.js'

/** What is wanted of the list besides what is running. */
export interface Listing {
  readonly idleConnections: boolean
  /** Open transactions of which no command is running. */
  readonly idleSessions: boolean
  readonly truncateOps: boolean
}

/** Of what the list is made. */
export interface Listed {
  readonly operations: Operations
  readonly connections: Iterable<Connection>
  readonly transactions: Transactions
  readonly sessions: RecentSessions
  readonly clock: () => Date
}

/** What a server is doing. There is one user, who may see all of it. */
export class CurrentOperations {
  readonly #listed: Listed

  constructor (listed: Listed) {
    this.#listed = listed
  }

  describe ({ idleConnections, idleSessions, truncateOps }: Listing): Value[] {
    const { clock, operations } = this.#listed
    const now = clock()
    const running = [...operations]
    return [
      ...running.map((context) => describeOperation(context, now, truncateOps)),
      ...idleConnections ? this.#idleConnections(running, now) : [],
      ...idleSessions ? this.#idleTransactions(running, now) : []
    ].map(encode)
  }

  #idleConnections (running: readonly CommandContext[], now: Date): Reply[] {
    const active = new Set(running.map(({ connection }) => connection))
    return [...this.#listed.connections].filter((connection) => !active.has(connection)).map((connection) => describeIdle(connection, now))
  }

  #idleTransactions (running: readonly CommandContext[], now: Date): Reply[] {
    const { sessions, transactions } = this.#listed
    const active = new Set(running.map(({ lsid }) => lsid?.toString('hex')))
    return transactions.list()
      .filter(({ lsid }) => !active.has(lsid.toString('hex')))
      .map((open) => describeIdleTransaction(open, sessions.idOf(open.lsid), now))
  }
}

function encode (members: Reply): Value {
  const writer = new DocumentWriter(0)
  writer.document(members)
  return documentValue(writer.finish())
}
