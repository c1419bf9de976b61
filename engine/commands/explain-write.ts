import { EngineError } from '../errors.js'
import type { Query } from '../plan/matches.js'
import type { Entry } from '../storage/catalog.js'
import type { Arguments } from './arguments.js'
import { deleteCommand, readDeletes } from './delete.js'
import type { Explained } from './explain-query.js'
import { checkCombination, findAndModify, readTarget } from './find-and-modify.js'
import { readEnvironment } from './let.js'
import { readCollationOf, readQuery } from './query-arguments.js'
import { checkTimeseriesUpdate } from './timeseries-update.js'
import { readUpdate, readUpdates, update } from './update.js'

/** The commands that change what a query finds, with how their arguments are read. None of them is run. */
export const writes = [
  { command: deleteCommand, read: explainDelete },
  { command: findAndModify, read: explainFindAndModify },
  { command: update, read: explainUpdate }
] as const

function explainDelete (command: Arguments, now: Date, entry: Entry | undefined): Explained {
  const statement = onlyOne(readDeletes(command))
  const query = readQuery(statement, 'q', { environment: readEnvironment(command, now, readCollationOf(statement, entry)) })
  return explained(query, statement.integer('limit') === 0, 'DELETE')
}

function explainUpdate (command: Arguments, now: Date, entry: Entry | undefined): Explained {
  const statement = onlyOne(readUpdates(command))
  const { query } = readUpdate(statement, entry, readEnvironment(command, now, readCollationOf(statement, entry)))
  return explained(query, statement.bool('multi'), 'UPDATE')
}

function explainFindAndModify (args: Arguments, now: Date, entry: Entry | undefined): Explained {
  checkCombination(args)
  if (!args.bool('remove')) checkTimeseriesUpdate(entry, args)
  const { query } = readTarget(args, readEnvironment(args, now, readCollationOf(args, entry)))
  return explained(query, false, args.bool('remove') ? 'DELETE' : 'UPDATE')
}

function onlyOne (statements: readonly Arguments[]): Arguments {
  if (statements.length > 1) throw new EngineError('InvalidLength', 'explained write batches must be of size 1')
  return statements[0]
}

function explained (query: Query, isMany: boolean, result: Explained['result']): Explained {
  return { query, finish: { skip: 0, limit: isMany ? Infinity : 1, isProjected: false }, result }
}
