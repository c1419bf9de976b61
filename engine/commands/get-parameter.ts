import { EngineError } from '../errors.js'
import { BsonType, stringOf } from '../bson/value.js'
import { MECHANISM } from '../wire/scram.js'
import type { Command } from './command.js'
import type { CommandContext } from './context.js'
import type { Services } from './services.js'

/** The parameters there are. */
const parameters: Readonly<Record<string, (services: Services) => unknown>> = {
  authenticationMechanisms: () => [MECHANISM],
  enableTestCommands: ({ failPoints }) => failPoints !== undefined,
  featureCompatibilityVersion: () => ({ version: '7.0' }),
  ttlMonitorSleepSecs: ({ store }) => store.maintenance.interval / 1000
}

export const getParameter: Command = {
  name: 'getParameter',
  summary: `Only ${Object.keys(parameters).join(', ')}`,
  fields: { getParameter: 'any', '*': 'any' },

  run (context) {
    const asked = Object.entries(parameters).filter(([name]) => wantsAll(context) || context.args.has(name))
    if (asked.length === 0) throw new EngineError('InvalidOptions', 'no option found to get')
    return Object.fromEntries(asked.map(([name, read]) => [name, read(context.services)]))
  }
}

function wantsAll ({ args }: CommandContext): boolean {
  const what = args.value('getParameter')
  return what?.type === BsonType.string && stringOf(what) === '*'
}
