import { EngineError } from '../errors.js'
import type { Connection, Request } from '../wire/connection.js'
import type { Retry } from '../write/ledger.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readCommand } from './generic-arguments.js'
import { checkDatabaseName, Namespace } from '../storage/namespace.js'
import type { Services } from './services.js'
import { readRetry, sessionId } from './session.js'

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
  readonly retry: Retry | undefined
  readonly #deadline: number

  /** @throws {EngineError} for arguments that the command does not take */
  constructor (command: Command, request: Request, services: Services, connection: Connection) {
    this.command = command
    this.services = services
    this.connection = connection
    this.args = readCommand(command, request)
    this.database = checkDatabaseName(request.database ?? this.args.requiredString('$db'))
    const session = this.args.document('lsid')
    this.lsid = session && sessionId(session, 'lsid')
    this.retry = readRetry(command, this.args, this.lsid)
    // 0 means no limit, as in MongoDB.
    this.#deadline = performance.now() + (this.args.count('maxTimeMS') || Infinity)
  }

  get store (): Services['store'] {
    return this.services.store
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
