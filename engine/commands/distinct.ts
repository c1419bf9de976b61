import { arrayElements, documentValue, isArray, payload, type Value } from '../bson/value.js'
import type { Collation } from '../collation/collation.js'
import { EngineError } from '../errors.js'
import { openMatches, type Query } from '../plan/matches.js'
import { parsePath, someValue, type Path } from '../query/path.js'
import { isView, type Entry } from '../storage/catalog.js'
import { encodeKey } from '../storage/key.js'
import type { Arguments } from './arguments.js'
import type { Command } from './command.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { forEachInView } from './view-queries.js'

/** The reply must fit into one document. */
const MAX_BYTES = 16 * 1024 * 1024

export const distinct: Command = {
  name: 'distinct',
  summary: 'The different values of a field, in the order in which they are met',
  inTransaction: 'part',
  fields: {
    distinct: 'collection',
    key: 'string',
    query: 'document',
    hint: ['string', 'document'],
    collation: 'document',
    readConcern: 'document'
  },

  async run (context) {
    const { args, data } = context
    const namespace = context.namespace('distinct')
    const entry = data.catalog.entry(namespace)
    const { query, path } = readDistinct(args, context.now, entry)
    const values = new DistinctValues(query.filter.collation)
    if (isView(entry)) {
      await forEachInView(context, namespace, 'distinct', (document) => values.addAll(document, path))
    } else if (entry !== undefined) {
      await openMatches(data, entry, query).read(({ document }) => {
        values.addAll(documentValue(document), path)
        return true
      }, () => context.checkInterrupt())
    }
    return { values: values.list() }
  }
}

/** Reads what is asked for, also for explain. */
export function readDistinct (args: Arguments, now: Date, entry: Entry | undefined): { query: Query, path: Path } {
  const environment = { now, variables: new Map(), collation: readCollationOf(args, entry) }
  return { query: readQuery(args, 'query', { environment }), path: parsePath(args.requiredString('key')) }
}

/** Values that are equal, such as 1 and 1.0, are one: their index keys are the same bytes. */
class DistinctValues {
  readonly #collation: Collation | undefined
  readonly #values = new Map<string, Value>()
  #bytes = 0

  constructor (collation: Collation | undefined) {
    this.#collation = collation
  }

  addAll (document: Value, path: Path): void {
    someValue(document, path, 'whole', (value) => {
      if (isArray(value)) for (const element of arrayElements(value)) this.#add(element)
      else if (value !== undefined) this.#add(value)
      return false
    })
  }

  list (): Value[] {
    return [...this.#values.values()]
  }

  #add (value: Value): void {
    const key = encodeKey([value], [1], this.#collation).toString('latin1')
    if (this.#values.has(key)) return
    const bytes = Buffer.from(payload(value))
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES) throw new EngineError(17217, 'distinct too big, 16mb cap')
    this.#values.set(key, { type: value.type, bytes, start: 0, end: bytes.length })
  }
}
