import { hostname } from 'node:os'
import type { Command } from './command.js'
import { VERSION } from './build-info.js'

const MEGABYTE = 1024 * 1024

export const serverStatus: Command = {
  name: 'serverStatus',
  summary: 'Process, connections, cursors, memory and counts by command; sections cannot be chosen',
  fields: { serverStatus: 'any', '*': 'any' },

  run ({ services: { clock, cursors, status } }) {
    const now = clock()
    const uptimeMillis = now.getTime() - status.startedAt.getTime()
    const { rss, heapUsed, external } = process.memoryUsage()
    return {
      host: hostname(),
      version: VERSION,
      process: 'quire-engine',
      pid: BigInt(process.pid),
      uptime: Math.floor(uptimeMillis / 1000),
      uptimeMillis: BigInt(uptimeMillis),
      localTime: now,
      connections: { ...status.connections },
      mem: { bits: 64, resident: Math.round(rss / MEGABYTE), heapUsed: Math.round(heapUsed / MEGABYTE), external: Math.round(external / MEGABYTE), supported: true },
      metrics: { commands: status.commands(), cursor: { open: { total: cursors.open } } },
      storageEngine: { name: 'lmdb', persistent: true, readOnly: false, supportsCommittedReads: true }
    }
  }
}
