import { statusBytes } from '../process-usage.js'
import type { Reply } from '../wire/reply.js'
import type { CommandContext } from './context.js'
import { SET_NAME, SET_VERSION } from './replica-set.js'
import type { Services } from './services.js'
import type { Status } from './status.js'

const MEGABYTE = 1024 * 1024

/** The sections of `serverStatus` ("serverStatus", "Output", in the manual), in alphabetical order. */
export const sections: Readonly<Record<string, (services: Services, now: Date) => Reply>> = {
  connections: connectionsOf,
  extra_info: resourcesOf,
  globalLock: activityOf,
  mem: memoryOf,
  metrics: metricsOf,
  network: ({ connections: { traffic } }) => integers(traffic),
  opcounters: ({ status }) => operationsOf(status),
  repl: replicaSetOf,
  storageEngine: () => ({ name: 'lmdb', persistent: true, readOnly: false, supportsCommittedReads: true })
}

function connectionsOf ({ connections: { current, limit, totalCreated, totalRejected }, operations }: Services): Reply {
  const active = new Set([...operations].map(({ connection }) => connection)).size
  return { current, available: limit - current, totalCreated, totalRejected, active }
}

function resourcesOf (): Reply {
  const { userCPUTime, systemCPUTime, maxRSS, majorPageFault } = process.resourceUsage()
  return {
    note: 'fields vary by platform',
    ...integers({ user_time_us: userCPUTime, system_time_us: systemCPUTime, maximum_resident_set_kb: maxRSS, page_faults: majorPageFault })
  }
}

/** There is no lock, thus nobody waits for one: a write waits for its commit, and is active meanwhile. */
function activityOf ({ operations, status }: Services, now: Date): Reply {
  const active = [...operations].filter(({ isWaiting, target }) => !isWaiting && target !== undefined)
  const writers = active.filter(isWriter).length
  return {
    totalTime: BigInt(now.getTime() - status.startedAt.getTime()) * 1000n,
    currentQueue: { total: 0, readers: 0, writers: 0 },
    activeClients: { total: active.length, readers: active.length - writers, writers }
  }
}

function isWriter ({ counts: { use } }: CommandContext): boolean {
  return use !== 'query' && use !== 'getmore' && use !== 'read'
}

function memoryOf (): Reply {
  const { rss, heapUsed, external } = process.memoryUsage()
  const [resident, heap, buffers] = [rss, heapUsed, external].map((bytes) => Math.round(bytes / MEGABYTE))
  return { bits: 64, resident, virtual: virtualMemory(), heapUsed: heap, external: buffers, supported: true }
}

/** The size of the address space, which has the whole data file, in megabytes; only Linux tells it. */
function virtualMemory (): number | undefined {
  const bytes = statusBytes('VmSize')
  return bytes && Math.round(bytes / MEGABYTE)
}

/** What has been run, by command in alphabetical order. */
function metricsOf ({ cursors, status }: Services): Reply {
  const run = status.commands.filter(({ total }) => total > 0)
  return {
    commands: Object.fromEntries(run.map(({ command: { name }, failed, total }) => [name, { failed, total }])),
    cursor: { open: { total: cursors.open } }
  }
}

/** As in MongoDB 7.0 writes are counted by their statements, and aggregate and findAndModify are commands like any other. */
function operationsOf ({ commands }: Status): Reply {
  const counts = { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 }
  for (const { command: { operation }, total, statements } of commands) {
    if (operation === undefined) counts.command += total
    else if (operation === 'query' || operation === 'getmore') counts[operation] += total
    else counts[operation === 'remove' ? 'delete' : operation] += statements
  }
  return integers(counts)
}

function replicaSetOf ({ address }: Services): Reply {
  const own = address()
  return {
    setName: SET_NAME,
    setVersion: SET_VERSION,
    isWritablePrimary: true,
    // The only name by which mongostat knows a primary.
    ismaster: true,
    secondary: false,
    primary: own,
    me: own,
    hosts: [own]
  }
}

/** Counters as the int64 that MongoDB's tools expect. */
function integers (counts: object): Reply {
  return Object.fromEntries(Object.entries(counts).map(([name, count]: [string, number]) => [name, BigInt(count)]))
}
