import type { Command } from './command.js'

export const killAllSessions: Command = {
  name: 'killAllSessions',
  summary: 'Only with `--test-commands`: closes the cursors of all sessions and aborts all transactions; users cannot be chosen',
  fields: { killAllSessions: 'array' },

  run ({ services: { cursors, transactions } }) {
    transactions.abortAll()
    cursors.killSessions()
    return {}
  }
}
