import { EngineError } from '../errors.js'
import type { Connection, Request } from '../wire/connection.js'
import type { Numbered } from '../write/ledger.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readCommand } from './generic-arguments.js'
import { checkDatabaseName, Namespace } from '../storage/namespace.js'
import type { Data, Transaction } from '../storage/store.js'
import type { Reply } from '../wire/reply.js'
import type { ErrorRole } from './error-reply.js'
import type { Services } from './services.js'
import { readRetry, sessionId } from './session.js'
import { readTransaction } from './transaction-arguments.js'
import type { TransactionRequest } from './transactions.js'

/** Everything that one run of a command may use. */
export class CommandContext {
  readonly command: Command
  readonly args: Arguments
  readonly database: string
  readonly services: Services
  readonly connection: Connection
  /** The logical session's id, or undefined when the client sent none. */
  readonly lsid: Buffer | undefined
  /** Given for a write that must be answered, not done again, when it has been done before. */
  readonly retry: Numbered | undefined
  readonly transactionRequest: TransactionRequest | undefined
  readonly #deadline: number
  #transaction: Transaction | undefined

  /** @throws {EngineError} for arguments that the command does not take */
  constructor (command: Command, request: Request, services: Services, connection: Connection) {
    this.command = command
    this.services = services
    this.connection = connection
    this.args = readCommand(command, request)
    this.database = checkDatabaseName(request.database ?? this.args.requiredString('$db'))
    const session = this.args.document('lsid')
    this.lsid = session && sessionId(session, 'lsid')
    if (this.lsid !== undefined) services.sessions.touch(this.lsid)
    this.transactionRequest = readTransaction(command, this.args, this.lsid)
    this.retry = this.transactionRequest === undefined ? readRetry(command, this.args, this.lsid) : undefined
    // 0 means no limit, as in MongoDB.
    this.#deadline = performance.now() + (this.args.count('maxTimeMS') || Infinity)
  }

  get store (): Services['store'] {
    return this.services.store
  }

  /** The transaction that the command is part of. */
  get transaction (): Transaction | undefined {
    return this.#transaction
  }

  /** What documents are read from and written to. */
  get data (): Data {
    return this.#transaction ?? this.services.store
  }

  /** As what the command was sent: it decides about the labels of its errors. */
  get errorRole (): ErrorRole | undefined {
    if (this.retry !== undefined) return 'retryable write'
    return this.transactionRequest && (this.command.inTransaction === 'end' ? 'end of transaction' : 'transaction')
  }

  /** Runs the command, in its transaction if it is part of one. */
  run (): Reply | Promise<Reply> {
    const { command, retry, transactionRequest, services: { transactions } } = this
    if (transactionRequest !== undefined && command.inTransaction === 'part') {
      return transactions.run(transactionRequest, (transaction) => {
        this.#transaction = transaction
        return command.run(this)
      })
    }
    if (retry !== undefined) transactions.supersede(retry)
    return command.run(this)
  }

  /** The collection that a `collection` argument names. */
  namespace (argument: string): Namespace {
    return new Namespace(this.database, this.args.requiredString(argument))
  }

  /**
   * To be called by whatever may take long, every few milliseconds.
   * @throws {EngineError} when `maxTimeMS` has passed, the client has gone or the server is closing
   */
  checkInterrupt (): void {
    if (performance.now() > this.#deadline) throw new EngineError('MaxTimeMSExpired', 'operation exceeded time limit')
    if (this.connection.closed) throw new EngineError('ClientDisconnect', 'the client has disconnected')
    if (this.services.closing()) throw new EngineError('InterruptedAtShutdown', 'interrupted at shutdown')
  }
}
