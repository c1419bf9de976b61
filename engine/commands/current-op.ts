import { buildDocument, documentValue, fields } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import { genericFields } from './generic-arguments.js'
import { checkAdmin } from './admin.js'

/** What is no condition on the operations; `$ownOps` makes no difference where there is one user. */
const options = new Set(['currentOp', '$all', '$ownOps', '$truncateOps', ...Object.keys(genericFields)])

export const currentOp: Command = {
  name: 'currentOp',
  summary: 'What is running, and open transactions; any other member is a condition on the list, as for `$currentOp`',
  fields: { currentOp: 'any', $all: 'bool', $ownOps: 'bool', $truncateOps: 'bool', '*': 'any' },

  run (context) {
    const { args, services } = context
    checkAdmin(context)
    const { matches } = parseFilter(documentValue(conditions(context)))
    const listed = services.currentOperations.describe({ idleConnections: args.bool('$all'), idleSessions: true, truncateOps: args.bool('$truncateOps', true) })
    return { inprog: listed.filter(matches) }
  }
}

function conditions ({ body }: CommandContext): Buffer {
  return buildDocument([...fields(body)].filter(([name]) => !options.has(name)))
}
