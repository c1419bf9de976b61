import type { Log } from '../log.js'
import type { Connections } from '../wire/connections.js'
import type { ScramCredentials } from '../wire/scram.js'
import type { Command } from './command.js'
import type { CurrentOperations } from './current-operations.js'
import type { Cursors } from './cursors.js'
import type { FailPoints } from './fail-points.js'
import type { Operations } from './operations.js'
import type { RecentSessions } from './recent-sessions.js'
import type { Status } from './status.js'
import type { Store } from '../storage/store.js'
import type { Transactions } from './transactions.js'

/** What the commands of one server share. */
export interface Services {
  /** Those that there are. */
  readonly commands: readonly Command[]
  readonly store: Store
  readonly cursors: Cursors
  readonly transactions: Transactions
  readonly operations: Operations
  readonly currentOperations: CurrentOperations
  readonly sessions: RecentSessions
  readonly status: Status
  readonly connections: Connections
  readonly log: Log
  readonly clock: () => Date
  /** Whom to ask for a password; without it whoever reaches the socket is trusted. */
  readonly credentials: ScramCredentials | undefined
  /** Failures on demand; undefined unless the engine was started to test clients. */
  readonly failPoints: FailPoints | undefined
  /** The address that clients are told, `host:port` or the path of a socket. */
  readonly address: () => string
  /** Whether what runs should end, because the server is closing. */
  readonly closing: () => boolean
}
