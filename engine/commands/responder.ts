import { forEachField, type Value } from '../bson/value.js'
import { codes, EngineError } from '../errors.js'
import type { Connection, Request, Responder } from '../wire/connection.js'
import type { Reply } from '../wire/reply.js'
import { ReplyTime } from './cluster-time.js'
import type { Command } from './command.js'
import { CommandContext } from './context.js'
import { asEngineError, errorReply, type ErrorRole } from './error-reply.js'
import type { Services } from './services.js'

/** What may be asked with OP_QUERY, which is only there for the first words of a connection. */
const HANDSHAKE = new Set(['hello', 'isMaster', 'ismaster'])

/** Runs commands: finds them, checks their arguments, and turns whatever they throw into a reply. */
export class CommandResponder implements Responder {
  readonly #commands: ReadonlyMap<string, Command>
  readonly #services: Services
  readonly #time: ReplyTime

  constructor (services: Services) {
    this.#commands = new Map(services.commands.flatMap(namesOf))
    this.#services = services
    this.#time = new ReplyTime(services.store)
  }

  get ending (): Buffer {
    return this.#time.encoded
  }

  respond (request: Request, connection: Connection): Reply | Promise<Reply> {
    let command: Command | undefined
    let role: ErrorRole | undefined
    let context: CommandContext | undefined
    try {
      command = this.#find(request, connection)
      this.#services.status.started(command.name)
      context = new CommandContext(command, request, this.#services, connection)
      role = context.errorRole
      const reply = context.run()
      if (reply instanceof Promise) return this.#later(reply, context)
      context.end()
      return reply
    } catch (error) {
      context?.end()
      return this.#fail(error, command, role)
    }
  }

  async #later (reply: Promise<Reply>, context: CommandContext): Promise<Reply> {
    try {
      return await reply
    } catch (error) {
      return this.#fail(error, context.command, context.errorRole)
    } finally {
      context.end()
    }
  }

  respondToError (error: unknown): Reply {
    return errorReply(asEngineError(error))
  }

  #find ({ body, database }: Request, connection: Connection): Command {
    const name = firstName(body)
    if (database !== undefined && !HANDSHAKE.has(name)) {
      throw new EngineError('UnsupportedOpQueryCommand', `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`)
    }
    const command = this.#commands.get(name)
    if (command === undefined) throw new EngineError('CommandNotFound', `no such command: '${name}'`)
    if (!command.isPublic && this.#services.credentials !== undefined && connection.user === undefined) {
      throw new EngineError('Unauthorized', `Command ${name} requires authentication`)
    }
    return command
  }

  #fail (error: unknown, command: Command | undefined, role: ErrorRole | undefined): Reply {
    if (command !== undefined) this.#services.status.failed(command.name)
    // Damage is for the operator to know of, and not for a client alone.
    if (!(error instanceof EngineError) || error.code === codes.DataCorruptionDetected) this.#logFault(error, command)
    return errorReply(asEngineError(error), role)
  }

  #logFault (error: unknown, command: Command | undefined): void {
    const stack = error instanceof Error ? error.stack : String(error)
    this.#services.log({ level: 'error', msg: 'a command failed unexpectedly', command: command?.name, stack })
  }
}

function namesOf (command: Command): Array<[string, Command]> {
  return [command.name, ...command.aliases ?? []].map((name) => [name, command])
}

/** The name of a command is that of its first member. */
export function firstName (body: Value): string {
  let name = ''
  forEachField(body, (first) => {
    name = first
    return false
  })
  return name
}
