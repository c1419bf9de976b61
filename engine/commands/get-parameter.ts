import { EngineError } from '../errors.js'
import { BsonType, stringOf } from '../bson/value.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'

/** The parameters there are. */
const parameters: Readonly<Record<string, unknown>> = {
  authenticationMechanisms: ['SCRAM-SHA-256'],
  enableTestCommands: false,
  featureCompatibilityVersion: { version: '7.0' }
}

export const getParameter: Command = {
  name: 'getParameter',
  summary: `Only ${Object.keys(parameters).join(', ')}`,
  fields: { getParameter: 'any', '*': 'any' },

  run (context) {
    const asked = Object.entries(parameters).filter(([name]) => wantsAll(context) || context.args.has(name))
    if (asked.length === 0) throw new EngineError('InvalidOptions', 'no option found to get')
    return Object.fromEntries(asked)
  }
}

function wantsAll ({ args }: CommandContext): boolean {
  const what = args.value('getParameter')
  return what?.type === BsonType.string && stringOf(what) === '*'
}
