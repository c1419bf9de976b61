import { isEmpty } from '../bson/value.js'
import { openMatches, type Query } from '../plan/matches.js'
import { isView, type Entry } from '../storage/catalog.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { forEachInView } from './view-queries.js'

export const count: Command = {
  name: 'count',
  summary: 'How many documents match; without a query from a counter, else from an index alone if that is enough',
  fields: {
    count: 'collection',
    query: 'document',
    limit: 'number',
    skip: 'number',
    hint: ['string', 'document'],
    collation: 'document',
    readConcern: 'document'
  },

  async run (context) {
    const { args, store } = context
    const namespace = context.namespace('count')
    const entry = store.catalog.entry(namespace)
    const { query, skip, limit } = readCount(args, context.now, entry)
    let n = 0
    if (entry === undefined) return { n }
    if (isView(entry)) {
      await forEachInView(context, namespace, 'count', () => n++)
      return { n }
    }
    if (isOfAll(args)) return { n: window(store.read.count(entry), skip, limit) }
    await openMatches(store, entry, query, { isCount: true }).read(() => ++n < skip + limit, () => context.checkInterrupt())
    return { n: window(n, skip, limit) }
  }
}

/** Reads what is to be counted, also for explain. */
export function readCount (args: Arguments, now: Date, entry: Entry | undefined): { query: Query, skip: number, limit: number } {
  const query = readQuery(args, 'query', { environment: { now, variables: new Map(), collation: readCollationOf(args, entry) } })
  // A negative limit is its positive twin, as MongoDB has it.
  return { query, skip: args.count('skip') ?? 0, limit: Math.abs(args.integer('limit') ?? 0) || Infinity }
}

/** Whether the counter of the collection is the answer; a hint may name an index that leaves documents out. */
export function isOfAll (args: Arguments): boolean {
  const filter = args.document('query')
  return !args.has('hint') && (filter === undefined || isEmpty(filter))
}

/** How many of those that were found are within `skip` and `limit`. */
export function window (found: number, skip: number, limit: number): number {
  return Math.min(Math.max(found - skip, 0), limit)
}
