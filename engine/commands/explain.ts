import { fields, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { describeCost, describePlan, type Finish } from '../plan/explain.js'
import { openMatches, type Matches, type Query } from '../plan/matches.js'
import { Namespace } from '../storage/namespace.js'
import type { Reply } from '../wire/reply.js'
import { readFields, type Arguments } from './arguments.js'
import { VERSION } from './build-info.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { count, readCount } from './count.js'
import { distinct, readDistinct } from './distinct.js'
import { find, readFind } from './find.js'

/** A command as the planner sees it. */
interface Explained {
  readonly query: Query
  readonly finish: Finish
}

/** The commands that can be explained, with how their arguments are read. */
const explainable = new Map<string, { command: Command, read: (args: Arguments) => Explained }>([
  ['find', { command: find, read: explainFind }],
  ['count', { command: count, read: explainCount }],
  ['distinct', { command: distinct, read: explainDistinct }]
])

const verbosities = new Set(['queryPlanner', 'executionStats', 'allPlansExecution'])

export const explain: Command = {
  name: 'explain',
  summary: 'Plan and cost of find, count and distinct; no bounds, no rejected plans',
  fields: { explain: 'document', verbosity: 'string' },

  async run (context) {
    const { args, database, store } = context
    const verbosity = args.string('verbosity') ?? 'allPlansExecution'
    if (!verbosities.has(verbosity)) throw new EngineError('BadValue', `Enumeration value '${verbosity}' for field 'explain.verbosity' is not a valid value.`)
    const document = args.requiredDocument('explain')
    const { namespace, query, finish } = readExplained(database, document)
    const collection = store.catalog.find(namespace)
    const matches = collection && openMatches(store.read, collection, query, finish.skip + finish.limit)
    return {
      explainVersion: '1',
      queryPlanner: {
        namespace: namespace.toString(),
        winningPlan: matches === undefined ? { stage: 'EOF' } : describePlan(matches.plan, query, finish),
        rejectedPlans: []
      },
      executionStats: verbosity === 'queryPlanner' ? undefined : await measure(context, matches, finish),
      command: document,
      serverInfo: { version: VERSION }
    }
  }
}

/** @throws {EngineError} CommandNotFound for a command that is not explained, and what the command itself would throw */
function readExplained (database: string, document: Value): Explained & { namespace: Namespace } {
  const [name] = fields(document).next().value ?? ['']
  const known = explainable.get(name)
  if (known === undefined) throw new EngineError('CommandNotFound', `Explain failed due to unknown command: ${name}`)
  const args = readFields(name, { ...known.command.fields, $db: 'string', maxTimeMS: 'number', comment: 'any' }, document)
  return { ...known.read(args), namespace: new Namespace(database, args.requiredString(name)) }
}

function explainFind (args: Arguments): Explained {
  const { query, window } = readFind(args)
  return { query, finish: { ...window, isProjected: window.project !== undefined } }
}

function explainCount (args: Arguments): Explained {
  const { query, skip, limit } = readCount(args)
  return { query, finish: { skip, limit, isProjected: false } }
}

function explainDistinct (args: Arguments): Explained {
  return { query: readDistinct(args).query, finish: { skip: 0, limit: Infinity, isProjected: false } }
}

/** Runs the query as the command would, without keeping what it finds. */
async function measure (context: CommandContext, matches: Matches | undefined, { skip, limit }: Finish): Promise<Reply> {
  if (matches === undefined) return describeCost({ keysExamined: 0, documentsExamined: 0 }, 0, 0)
  const begin = performance.now()
  let found = 0
  await matches.read(() => ++found < skip + limit, () => context.checkInterrupt())
  return describeCost(matches.scan, Math.max(found - skip, 0), performance.now() - begin)
}
