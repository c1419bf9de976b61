import type { Command } from './command.js'
import { sessionIds } from './session.js'

export const refreshSessions: Command = {
  name: 'refreshSessions',
  summary: 'Accepted: a session holds nothing here that could expire before its client',
  fields: { refreshSessions: 'array' },

  run ({ args }) {
    sessionIds(args, 'refreshSessions')
    return {}
  }
}
