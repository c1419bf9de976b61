import type { Command } from './command.js'

export const whatsmyuri: Command = {
  name: 'whatsmyuri',
  summary: "The client's address",
  fields: { whatsmyuri: 'any' },
  run: ({ connection }) => ({ you: connection.remote })
}
