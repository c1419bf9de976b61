import type { Command } from './command.js'
import { sessionIds } from './session.js'

export const endSessions: Command = {
  name: 'endSessions',
  summary: 'Closes the cursors of the sessions',
  fields: { endSessions: 'array' },

  run ({ args, services: { cursors } }) {
    for (const id of sessionIds(args, 'endSessions')) cursors.killSession(id)
    return {}
  }
}
