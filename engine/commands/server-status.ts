import { hostname } from 'node:os'
import { isTruthy } from '../bson/number.js'
import { VERSION } from './build-info.js'
import type { Command } from './command.js'
import { sections } from './status-sections.js'

export const serverStatus: Command = {
  name: 'serverStatus',
  summary: 'Process, connections, operations and commands, network, memory, the replica set; sections can be left out',
  fields: { serverStatus: 'any', '*': 'any' },

  run ({ args, now, services }) {
    const uptimeMillis = now.getTime() - services.status.startedAt.getTime()
    const wanted = Object.entries(sections).filter(([name]) => {
      const choice = args.value(name)
      return choice === undefined || isTruthy(choice)
    })
    return {
      host: hostname(),
      version: VERSION,
      process: 'quire-engine',
      pid: BigInt(process.pid),
      uptime: Math.floor(uptimeMillis / 1000),
      uptimeMillis: BigInt(uptimeMillis),
      localTime: now,
      ...Object.fromEntries(wanted.map(([name, section]) => [name, section(services, now)]))
    }
  }
}
