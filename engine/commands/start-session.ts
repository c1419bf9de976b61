import { UUID } from 'bson'
import type { Command } from './command.js'
import { SESSION_MINUTES } from './session.js'

export const startSession: Command = {
  name: 'startSession',
  summary: 'A new session id; drivers make their own',
  fields: { startSession: 'any' },
  run: () => ({ id: { id: new UUID() }, timeoutMinutes: SESSION_MINUTES })
}
