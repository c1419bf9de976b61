import type { CollectionUsage, Tally } from '../storage/collection-usage.js'
import { checkAdmin } from './admin.js'
import type { Command } from './command.js'

export const top: Command = {
  name: 'top',
  summary: 'How often and for how long each collection has been used, since it was made or the engine has begun',
  fields: { top: 'any' },

  run (context) {
    checkAdmin(context)
    const totals = context.store.catalog.collections().map(({ namespace, usage }) => [String(namespace), describe(usage)] as const)
    return { totals: { note: 'all times in microseconds', ...Object.fromEntries(totals.filter(([, { total }]) => total.count > 0n)) } }
  }
}

/** How often and, in microseconds, for how long. */
interface Total { readonly time: bigint, readonly count: bigint }

/** Nothing is locked here: a lock stands for the commands that would have it in MongoDB. */
function describe ({ query, getmore, insert, update, remove, read, write }: CollectionUsage): Record<string, Total> {
  const readers = [query, getmore, read]
  const writers = [insert, update, remove, write]
  return {
    total: sum([...readers, ...writers]),
    readLock: sum(readers),
    writeLock: sum(writers),
    queries: sum([query]),
    getmore: sum([getmore]),
    insert: sum([insert]),
    update: sum([update]),
    remove: sum([remove]),
    commands: sum([read, write])
  }
}

function sum (tallies: readonly Tally[]): Total {
  const milliseconds = tallies.reduce((total, tally) => total + tally.milliseconds, 0)
  const count = tallies.reduce((total, tally) => total + tally.count, 0)
  return { time: BigInt(Math.round(milliseconds * 1000)), count: BigInt(count) }
}
