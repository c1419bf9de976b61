import type { Use } from '../storage/collection-usage.js'
import type { Command } from './command.js'

/** What is counted of one command: plain members, because every request counts. */
export class CommandCounts {
  readonly command: Command
  /** As what it is counted for the collection that it names. */
  readonly use: Use
  total = 0
  failed = 0
  /** What its batches have had: documents to be inserted, updates or deletes. */
  statements = 0

  constructor (command: Command) {
    this.command = command
    this.use = command.operation ?? (writes(command) ? 'write' : 'read')
  }
}

/** Only aggregate takes both concerns, and it is counted for the collection that it reads. */
function writes ({ fields }: Command): boolean {
  return 'writeConcern' in fields && !('readConcern' in fields)
}

/** What a server has done since it has begun. */
export class Status {
  readonly startedAt: Date
  readonly commands: readonly CommandCounts[]

  constructor (startedAt: Date, commands: readonly Command[]) {
    this.startedAt = startedAt
    this.commands = commands.map((command) => new CommandCounts(command))
  }
}
