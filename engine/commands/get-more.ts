import type { Command } from './command.js'
import { nextBatch } from './cursor-reply.js'
import { refuseUnsupported } from './unsupported.js'

export const getMore: Command = {
  name: 'getMore',
  summary: 'The next batch of a cursor',
  fields: { getMore: 'int64', collection: 'string', batchSize: 'number', term: 'number', lastKnownCommittedOpTime: 'any' },

  run (context) {
    const { args } = context
    refuseUnsupported(args, ['term', 'lastKnownCommittedOpTime'])
    return nextBatch(context, `${context.database}.${args.requiredString('collection')}`, args.requiredInt64('getMore'), args.count('batchSize') || Infinity)
  }
}
