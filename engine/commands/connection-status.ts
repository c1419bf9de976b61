import type { Command } from './command.js'
import { USER_DATABASE } from './sasl-start.js'

export const connectionStatus: Command = {
  name: 'connectionStatus',
  summary: 'Who has signed in on this connection; there are no roles',
  fields: { connectionStatus: 'any', showPrivileges: 'bool' },

  run ({ args, connection: { user } }) {
    return {
      authInfo: {
        authenticatedUsers: user === undefined ? [] : [{ user, db: USER_DATABASE }],
        authenticatedUserRoles: [],
        authenticatedUserPrivileges: args.bool('showPrivileges') ? [] : undefined
      }
    }
  }
}
