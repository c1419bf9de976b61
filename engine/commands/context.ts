import type { Value } from '../bson/value.js'
import { EngineError, outOfTime } from '../errors.js'
import { beginStretch } from '../stretch.js'
import type { Connection, Request } from '../wire/connection.js'
import type { Numbered } from '../write/ledger.js'
import type { Arguments } from './arguments.js'
import { checkTimes } from './cluster-time.js'
import { unsatisfied, type WriteConcernError } from './concerns.js'
import type { Command } from './command.js'
import { readCommand } from './generic-arguments.js'
import { checkDatabaseName, Namespace } from '../storage/namespace.js'
import type { Data, Transaction } from '../storage/store.js'
import type { Reply } from '../wire/reply.js'
import type { Patience } from './cursors.js'
import type { ErrorRole } from './error-reply.js'
import type { Services } from './services.js'
import { readRetry, sessionOf } from './session.js'
import type { CommandCounts } from './status.js'
import { readTransaction } from './transaction-arguments.js'
import type { TransactionRequest } from './transactions.js'

/** Everything that one run of a command may use. */
export class CommandContext {
  readonly command: Command
  readonly counts: CommandCounts
  /** The command as it was sent. */
  readonly body: Value
  readonly args: Arguments
  readonly database: string
  readonly services: Services
  readonly connection: Connection
  /** The logical session's id, or undefined when the client sent none. */
  readonly lsid: Buffer | undefined
  /** Given for a write that must be answered, not done again, when it has been done before. */
  readonly retry: Numbered | undefined
  readonly transactionRequest: TransactionRequest | undefined
  /** When it has begun, by `performance.now()`. */
  readonly startedAt = performance.now()
  /** The time for all that it does. */
  readonly now: Date
  /** Under which others find it while it runs. */
  readonly id: number
  /** The full name of the collection for which it is counted. */
  target: string | undefined
  readonly #deadline: number
  readonly #writeConcernError: WriteConcernError | undefined
  #transaction: Transaction | undefined
  #isKilled = false
  #isWaiting = false
  /** For how long it has only waited for something to come, in milliseconds. */
  #waited = 0
  /** Given while something is waited for. */
  #killed: AbortController | undefined

  /** @throws {EngineError} for arguments that the command does not take */
  constructor (counts: CommandCounts, request: Request, services: Services, connection: Connection) {
    const { command } = counts
    this.command = command
    this.counts = counts
    this.body = request.body
    this.services = services
    this.connection = connection
    this.now = services.clock()
    this.args = readCommand(command, request)
    const writeConcern = this.args.document('writeConcern')
    this.#writeConcernError = writeConcern && unsatisfied(writeConcern)
    this.database = checkDatabaseName(request.database ?? this.args.requiredString('$db'))
    const session = this.args.document('lsid')
    this.lsid = session && sessionOf(connection, session)
    if (this.lsid !== undefined) services.sessions.touch(this.lsid, this.now)
    checkTimes(this.args, services.store, this.now)
    this.transactionRequest = readTransaction(command, this.args, this.lsid)
    this.retry = this.transactionRequest === undefined ? readRetry(command, this.args, this.lsid) : undefined
    // 0 means no limit, as in MongoDB.
    this.#deadline = this.startedAt + (this.args.count('maxTimeMS') || Infinity)
    this.id = services.operations.begin(this)
  }

  /** To be called once, when it has been answered. */
  end (): void {
    this.services.operations.end(this.id)
    if (this.target === undefined) return
    this.store.catalog.usage(this.target)?.add(this.counts.use, performance.now() - this.startedAt - this.#waited)
  }

  get isKilled (): boolean {
    return this.#isKilled
  }

  /** Whether it only waits for something to come. */
  get isWaiting (): boolean {
    return this.#isWaiting
  }

  /** Ends it at its next pause. */
  kill (): void {
    this.#isKilled = true
    this.#killed?.abort()
  }

  /** How much is left of `maxTimeMS`, in milliseconds: Infinity if there is no limit. */
  get timeLeft (): number {
    return this.#deadline - performance.now()
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
    const reply = this.#run()
    const writeConcernError = this.#writeConcernError
    if (writeConcernError === undefined) return reply
    return reply instanceof Promise ? reply.then((reply) => ({ ...reply, writeConcernError })) : { ...reply, writeConcernError }
  }

  #run (): Reply | Promise<Reply> {
    const { command, retry, transactionRequest, services: { transactions } } = this
    beginStretch(() => this.checkInterrupt())
    if (transactionRequest !== undefined && command.inTransaction === 'part') {
      return transactions.run(transactionRequest, (transaction) => {
        this.#transaction = transaction
        return command.run(this)
      })
    }
    if (retry !== undefined) transactions.supersede(retry)
    return command.run(this)
  }

  /** The collection that a `collection` argument names; the command is counted for it. */
  namespace (argument: string): Namespace {
    const namespace = new Namespace(this.database, this.args.requiredString(argument))
    this.target = namespace.toString()
    return namespace
  }

  /**
   * To be called by whatever may take long, every few milliseconds.
   * @throws {EngineError} when `maxTimeMS` has passed, somebody has killed it, the client has gone or the server is closing
   */
  checkInterrupt (): void {
    this.checkKilled()
    this.#checkClient()
  }

  /** For a batch that may be waited for, so many milliseconds. */
  patience (milliseconds: number): Patience {
    return {
      milliseconds,
      interruptions: () => [this.connection.gone, (this.#killed ??= new AbortController()).signal],
      checkInterrupt: () => {
        this.#checkOwnKill()
        this.#checkClient()
      },
      beginWait: () => this.#beginWait()
    }
  }

  #beginWait (): () => void {
    const begin = performance.now()
    this.#isWaiting = true
    return () => {
      this.#isWaiting = false
      this.#waited += performance.now() - begin
    }
  }

  #checkClient (): void {
    if (this.connection.closed) throw new EngineError('ClientDisconnect', 'the client has disconnected')
    if (this.services.closing()) throw new EngineError('InterruptedAtShutdown', 'interrupted at shutdown')
  }

  #checkOwnKill (): void {
    if (this.#isKilled) throw new EngineError('Interrupted', 'operation was interrupted')
  }

  /** The same for what goes on when its client has gone. */
  checkKilled (): void {
    this.#checkOwnKill()
    if (performance.now() > this.#deadline) throw outOfTime()
  }
}
