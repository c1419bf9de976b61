import type { Command } from './command.js'
import { isStable } from './api-version.js'

export const listCommands: Command = {
  name: 'listCommands',
  summary: 'The commands of this table',
  fields: { listCommands: 'any' },

  run ({ services: { commands } }) {
    return { commands: Object.fromEntries(commands.map((command) => [command.name, describe(command)])) }
  }
}

function describe ({ name, aliases = [], summary, isPublic = false }: Command): object {
  return {
    help: summary,
    aliases,
    requiresAuth: !isPublic,
    secondaryOk: true,
    apiVersions: isStable(name) ? ['1'] : [],
    deprecatedApiVersions: []
  }
}
