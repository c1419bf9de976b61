import { forEachField, type Value } from '../bson/value.js'
import { codes, EngineError } from '../errors.js'
import type { Connection, Request, Responder } from '../wire/connection.js'
import type { Reply } from '../wire/reply.js'
import { ReplyTime } from './cluster-time.js'
import type { Command } from './command.js'
import { CommandContext } from './context.js'
import { asEngineError, errorReply, type ErrorRole } from './error-reply.js'
import type { Services } from './services.js'
import type { CommandCounts } from './status.js'

/** What may be asked with OP_QUERY, which is only there for the first words of a connection. */
const HANDSHAKE = new Set(['hello', 'isMaster', 'ismaster'])

/** Runs commands: finds them, checks their arguments, and turns whatever they throw into a reply. */
export class CommandResponder implements Responder {
  readonly #commands: ReadonlyMap<string, CommandCounts>
  readonly #services: Services
  readonly #time: ReplyTime

  constructor (services: Services) {
    this.#commands = new Map(services.status.commands.flatMap(namesOf))
    this.#services = services
    this.#time = new ReplyTime(services.store)
  }

  get ending (): Buffer {
    return this.#time.encoded
  }

  respond (request: Request, connection: Connection): Reply | Promise<Reply> {
    let counts: CommandCounts | undefined
    let role: ErrorRole | undefined
    let context: CommandContext | undefined
    try {
      counts = this.#find(request, connection)
      counts.total++
      context = new CommandContext(counts, request, this.#services, connection)
      role = context.errorRole
      const reply = context.run()
      if (reply instanceof Promise) return this.#later(reply, context)
      context.end()
      return reply
    } catch (error) {
      context?.end()
      return this.#fail(error, counts, role)
    }
  }

  async #later (reply: Promise<Reply>, context: CommandContext): Promise<Reply> {
    try {
      return await reply
    } catch (error) {
      return this.#fail(error, context.counts, context.errorRole)
    } finally {
      context.end()
    }
  }

  respondToError (error: unknown): Reply {
    return errorReply(asEngineError(error))
  }

  #find ({ body, database }: Request, connection: Connection): CommandCounts {
    const name = firstName(body)
    if (database !== undefined && !HANDSHAKE.has(name)) {
      throw new EngineError('UnsupportedOpQueryCommand', `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`)
    }
    const counts = this.#commands.get(name)
    if (counts === undefined) throw new EngineError('CommandNotFound', `no such command: '${name}'`)
    if (!counts.command.isPublic && this.#services.credentials !== undefined && connection.user === undefined) {
      throw new EngineError('Unauthorized', `Command ${name} requires authentication`)
    }
    return counts
  }

  #fail (error: unknown, counts: CommandCounts | undefined, role: ErrorRole | undefined): Reply {
    if (counts !== undefined) counts.failed++
    // Damage is for the operator to know of, and not for a client alone.
    if (!(error instanceof EngineError) || error.code === codes.DataCorruptionDetected) this.#logFault(error, counts?.command)
    return errorReply(asEngineError(error), role)
  }

  #logFault (error: unknown, command: Command | undefined): void {
    const stack = error instanceof Error ? error.stack : String(error)
    this.#services.log({ level: 'error', msg: 'a command failed unexpectedly', command: command?.name, stack })
  }
}

function namesOf (counts: CommandCounts): Array<[string, CommandCounts]> {
  const { name, aliases = [] } = counts.command
  return [name, ...aliases].map((each) => [each, counts])
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
