import { checkAdmin } from './admin.js'
import type { Command } from './command.js'

export const getCmdLineOpts: Command = {
  name: 'getCmdLineOpts',
  summary: 'Always empty: the command line belongs to the process that runs the engine',
  fields: { getCmdLineOpts: 'any' },

  run (context) {
    checkAdmin(context)
    return { argv: [], parsed: {} }
  }
}
