import { EngineError } from '../errors.js'
import type { Command } from './command.js'

export const setParameter: Command = {
  name: 'setParameter',
  summary: 'Only ttlMonitorSleepSecs, until the engine ends',
  fields: { setParameter: 'any', ttlMonitorSleepSecs: 'number' },

  run ({ args, database, store: { maintenance } }) {
    if (database !== 'admin') throw new EngineError('Unauthorized', 'setParameter may only be run against the admin database.')
    const seconds = args.integer('ttlMonitorSleepSecs')
    if (seconds === undefined) throw new EngineError('InvalidOptions', 'no option found to set, use help:true to see options')
    // The longest that a timer can be set to.
    if (seconds < 1 || seconds * 1000 >= 2 ** 31) throw new EngineError('BadValue', `Invalid value for parameter ttlMonitorSleepSecs: ${seconds}`)
    const was = maintenance.interval / 1000
    maintenance.interval = seconds * 1000
    return { was }
  }
}
