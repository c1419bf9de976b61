import type { Command } from './command.js'
import { sessionIds } from './session.js'

export const endSessions: Command = {
  name: 'endSessions',
  summary: 'Closes the cursors of the sessions and aborts their transactions',
  fields: { endSessions: 'array' },

  run ({ args, services: { cursors, sessions, transactions } }) {
    for (const id of sessionIds(args, 'endSessions')) {
      transactions.abortSession(id)
      cursors.killSession(id)
      sessions.forget(id)
    }
    return {}
  }
}
