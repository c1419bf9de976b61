import { arch, availableParallelism, hostname, release, totalmem, type } from 'node:os'
import type { Command } from './command.js'

const MEGABYTE = 1024 * 1024

export const hostInfo: Command = {
  name: 'hostInfo',
  summary: 'The machine: its name, memory, processors and operating system',
  fields: { hostInfo: 'any' },

  run ({ now }) {
    const memory = BigInt(Math.floor(totalmem() / MEGABYTE))
    return {
      system: {
        currentTime: now,
        hostname: hostname(),
        cpuAddrSize: 64,
        memSizeMB: memory,
        memLimitMB: memory,
        numCores: availableParallelism(),
        cpuArch: arch(),
        numaEnabled: false
      },
      os: { type: type(), name: type(), version: release() },
      extra: {}
    }
  }
}
