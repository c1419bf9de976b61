import { chmodSync } from 'node:fs'
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Command } from './commands/command.js'
import { CurrentOperations } from './commands/current-operations.js'
import { Cursors } from './commands/cursors.js'
import type { FailPoints } from './commands/fail-points.js'
import { failCheckout, FailingResponder } from './commands/failing-responder.js'
import { Operations } from './commands/operations.js'
import { RecentSessions } from './commands/recent-sessions.js'
import { CommandResponder } from './commands/responder.js'
import { Status } from './commands/status.js'
import { Transactions } from './commands/transactions.js'
import type { Log } from './log.js'
import type { Store } from './storage/store.js'
import { Connection, type Responder } from './wire/connection.js'
import { Connections } from './wire/connections.js'
import { ProtocolViolation } from './wire/frames.js'
import { MAX_UNAUTHENTICATED_BYTES } from './wire/limits.js'
import type { ScramCredentials } from './wire/scram.js'

export interface ServerOptions {
  readonly store: Store
  readonly commands: readonly Command[]
  readonly log: Log
  readonly clock?: () => Date
  /** Whom to ask for a password: to be given wherever somebody else could connect. */
  readonly credentials?: ScramCredentials
  /** Failures on demand, for the tests of drivers; only where whoever can connect may also break things. */
  readonly failPoints?: FailPoints
  /** Milliseconds that a message may take to arrive, once it has begun, and replies to leave when the server closes. */
  readonly patience?: number
}

/** A path of a unix socket, or a port: of the loopback interface, if no other address is given. */
export type ListenAt = { readonly path: string } | { readonly port: number, readonly host?: string }

const MAX_CONNECTIONS = 1000
const PATIENCE_MS = 10_000
const BACKLOG = 511

/** Serves a store over MongoDB's wire protocol. The store is the caller's: it is neither opened nor closed here. */
export class EngineServer {
  readonly #server: Server
  readonly #connections = new Connections(MAX_CONNECTIONS)
  readonly #options: ServerOptions
  readonly #cursors: Cursors
  readonly #transactions: Transactions
  readonly #responder: Responder
  readonly #patience: number
  readonly #sweeper: NodeJS.Timeout
  #address = ''
  #lastId = 0
  #isClosing = false

  constructor (options: ServerOptions) {
    const { store, commands, log, credentials, failPoints, clock = () => new Date(), patience = PATIENCE_MS } = options
    this.#options = options
    this.#patience = patience
    const status = new Status(clock(), commands)
    this.#cursors = new Cursors(undefined, failPoints && (() => failCheckout(failPoints)))
    this.#transactions = new Transactions(store)
    const operations = new Operations()
    const sessions = new RecentSessions(clock, credentials?.user)
    const responder = new CommandResponder({
      commands,
      store,
      log,
      clock,
      credentials,
      failPoints,
      cursors: this.#cursors,
      transactions: this.#transactions,
      sessions,
      status,
      connections: this.#connections,
      operations,
      currentOperations: new CurrentOperations({ operations, sessions, clock, transactions: this.#transactions, connections: this.#connections }),
      address: () => this.#address,
      closing: () => this.#isClosing
    })
    this.#responder = failPoints === undefined ? responder : new FailingResponder(responder, failPoints)
    this.#server = createNetServer((socket) => this.#accept(socket))
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.on('drop', () => this.#connections.totalRejected++)
    this.#sweeper = setInterval(() => this.#dropStalled(), patience / 10).unref()
  }

  /** What clients connect to: `host:port`, or the socket's path. */
  get address (): string {
    return this.#address
  }

  async listen (at: ListenAt): Promise<void> {
    const isSocket = 'path' in at
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ ...(!isSocket && { host: '127.0.0.1' }), ...at, backlog: BACKLOG }, resolve)
    })
    // From here on an error is one of accepting, such as too many open files; the next connection may succeed.
    this.#server.removeAllListeners('error')
    this.#server.on('error', (error) => this.#options.log({ level: 'error', msg: 'cannot accept connections', error: error.message }))
    if (isSocket) chmodSync(at.path, 0o600)
    this.#address = printAddress(this.#server.address())
  }

  /** Stops listening, interrupts what is running, waits for its replies to leave, and drops who does not take them. */
  async close (): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#sweeper)
    this.#cursors.close()
    this.#transactions.close()
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const connection of this.#connections) connection.close()
    const deadline = setTimeout(() => this.#destroyAll(), this.#patience)
    await closed
    clearTimeout(deadline)
  }

  #accept (socket: Socket): void {
    const connection = new Connection(++this.#lastId, socket, this.#responder, (error) => this.#logFailure(connection, error))
    if (this.#options.credentials !== undefined) connection.longestMessage = MAX_UNAUTHENTICATED_BYTES
    this.#connections.add(connection)
    socket.once('close', () => this.#connections.remove(connection))
  }

  #dropStalled (): void {
    const now = performance.now()
    for (const connection of this.#connections) {
      if (connection.incompleteFor(now) < this.#patience) continue
      this.#options.log({ level: 'warn', msg: 'a message did not arrive in time', connection: connection.id })
      connection.destroy()
    }
  }

  #destroyAll (): void {
    for (const connection of this.#connections) connection.destroy()
  }

  #logFailure ({ id }: Connection, error: Error): void {
    const isViolation = error instanceof ProtocolViolation
    this.#options.log({
      level: isViolation ? 'warn' : 'error',
      msg: isViolation ? `connection closed: ${error.message}` : 'connection closed after a fault',
      connection: id,
      ...(!isViolation && { stack: error.stack })
    })
  }
}

function printAddress (address: AddressInfo | string | null): string {
  if (typeof address !== 'object' || address === null) return String(address)
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`
}

export function createServer (options: ServerOptions): EngineServer {
  return new EngineServer(options)
}
