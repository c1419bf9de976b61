import { fields, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Entry } from '../storage/catalog.js'
import { Namespace } from '../storage/namespace.js'
import type { Reply } from '../wire/reply.js'
import { aggregate } from './aggregate.js'
import { readAggregation } from './aggregation.js'
import { readFields, type Arguments } from './arguments.js'
import { VERSION } from './build-info.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { count, isOfAll, readCount } from './count.js'
import { distinct, readDistinct } from './distinct.js'
import { explainCountOfAll } from './explain-count.js'
import { explainPipeline } from './explain-pipeline.js'
import { explainQuery, verbosities, type Explained, type Verbosity } from './explain-query.js'
import { writes } from './explain-write.js'
import { find, readFind } from './find.js'
import { isViewQuery, viewAggregation } from './view-queries.js'

interface Explainable {
  readonly command: Command
  readonly read: (args: Arguments, now: Date, entry: Entry | undefined) => Explained
}

const queries: readonly Explainable[] = [
  { command: find, read: explainFind },
  { command: count, read: explainCount },
  { command: distinct, read: explainDistinct }
]

/** The commands that are one query or one change, with how their arguments are read. */
const explainable: ReadonlyMap<string, Explainable> = new Map([...queries, ...writes].map((entry) => [entry.command.name, entry]))

export const explain: Command = {
  name: 'explain',
  summary: 'Plan and cost of queries, of writes without doing them, and of the first stages of aggregate; no bounds, no rejected plans',
  fields: { explain: 'document', verbosity: 'string' },

  async run (context) {
    const { args } = context
    const given = args.string('verbosity') ?? 'allPlansExecution'
    const verbosity = verbosities.find((verbosity) => verbosity === given)
    if (verbosity === undefined) throw new EngineError('BadValue', `Enumeration value '${given}' for field 'explain.verbosity' is not a valid value.`)
    const document = args.requiredDocument('explain')
    return {
      explainVersion: '1',
      ...await explainCommand(context, document, verbosity),
      command: document,
      serverInfo: { version: VERSION }
    }
  }
}

/** @throws {EngineError} for a command that is not explained, and what the command itself would throw */
async function explainCommand (context: CommandContext, document: Value, verbosity: Verbosity): Promise<Reply> {
  const { database, now, store } = context
  const [name] = fields(document).next().value ?? ['']
  if (name === aggregate.name) {
    return await explainPipeline(context, readAggregation(readArguments(aggregate, document), database, now, store.catalog, true), verbosity)
  }
  const explained = explainable.get(name)
  if (explained === undefined) throw new EngineError('CommandNotFound', `Explain failed due to unknown command: ${name}`)
  const args = readArguments(explained.command, document)
  const namespace = new Namespace(database, args.requiredString(name))
  if (isViewQuery(name) && store.catalog.view(namespace) !== undefined) {
    return await explainPipeline(context, viewAggregation(context, namespace, name, args), verbosity)
  }
  const collection = store.catalog.find(namespace)
  const what = explained.read(args, now, collection)
  if (name === count.name && collection !== undefined && isOfAll(args)) return explainCountOfAll(context, collection, what.finish, verbosity)
  return await explainQuery(context, namespace, what, verbosity)
}

function readArguments ({ name, fields }: Command, document: Value): Arguments {
  return readFields(name, { ...fields, $db: 'string', maxTimeMS: 'number', comment: 'any' }, document)
}

function explainFind (args: Arguments, now: Date, entry: Entry | undefined): Explained {
  const { query, window } = readFind(args, now, entry)
  return { query, finish: { ...window, isProjected: window.project !== undefined } }
}

function explainCount (args: Arguments, now: Date, entry: Entry | undefined): Explained {
  const { query, skip, limit } = readCount(args, now, entry)
  return { query, finish: { skip, limit, isProjected: false, isCount: true }, result: 'COUNT' }
}

function explainDistinct (args: Arguments, now: Date, entry: Entry | undefined): Explained {
  return { query: readDistinct(args, now, entry).query, finish: { skip: 0, limit: Infinity, isProjected: false } }
}
