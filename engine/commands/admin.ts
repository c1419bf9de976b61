import { EngineError } from '../errors.js'
import type { CommandContext } from './context.js'

/** @throws {EngineError} Unauthorized for a command that is only for the database `admin`, and was sent to another one */
export function checkAdmin ({ command: { name }, database }: CommandContext): void {
  if (database !== 'admin') throw new EngineError('Unauthorized', `${name} may only be run against the admin database.`)
}
