import { EngineError } from '../errors.js'
import type { Command } from './command.js'

export const getLog: Command = {
  name: 'getLog',
  summary: 'Always empty: the log belongs to the process that runs the engine',
  fields: { getLog: 'string' },

  run ({ args }) {
    const log = args.requiredString('getLog')
    if (log === '*') return { names: ['global', 'startupWarnings'] }
    if (log !== 'global' && log !== 'startupWarnings') throw new EngineError('OperationFailed', `No log named '${log}'`)
    return { totalLinesWritten: 0, log: [] }
  }
}
