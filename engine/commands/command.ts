import type { Use } from '../storage/collection-usage.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import type { Fields } from './fields.js'

/** One command: a file of its own in this folder, and a line in table.ts. */
export interface Command {
  readonly name: string
  /** Other spellings that clients use, such as `ismaster`. */
  readonly aliases?: readonly string[]
  /** What it does and what of it is left out; printed in the compatibility table. */
  readonly summary: string
  /**
   * Its arguments, its own name first. What every command takes (generic-arguments.ts) is not repeated here, but for
   * `readConcern` and `writeConcern`: they are listed by the commands that honour them; the others refuse a write concern, and a
   * read concern of another level than 'local'.
   */
  readonly fields: Fields
  /** The operation that it is, if it is one that has a name of its own from before there were commands. */
  readonly operation?: Exclude<Use, 'read' | 'write'>
  /** Whether a driver may send it with a transaction number, to be answered once however often it is sent. */
  readonly isRetryable?: boolean
  /** Whether it can be part of a transaction, or ends one; without it a transaction refuses the command. */
  readonly inTransaction?: 'part' | 'end'
  /** Whether it is answered before the client has proved who it is. */
  readonly isPublic?: boolean
  run (context: CommandContext): Reply | Promise<Reply>
}
