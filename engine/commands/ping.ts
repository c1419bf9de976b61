import type { Command } from './command.js'

export const ping: Command = {
  name: 'ping',
  summary: 'Answers',
  fields: { ping: 'any' },
  isPublic: true,
  run: () => ({})
}
