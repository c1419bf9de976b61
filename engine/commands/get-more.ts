import type { Command } from './command.js'
import { nextBatch } from './cursor-reply.js'
import { refuseUnsupported } from './unsupported.js'

export const getMore: Command = {
  name: 'getMore',
  summary: 'The next batch of a cursor; that of a change stream, or of a tailable cursor that awaits data, is waited for',
  operation: 'getmore',
  inTransaction: 'part',
  fields: { getMore: 'int64', collection: 'string', batchSize: 'number', term: 'number', lastKnownCommittedOpTime: 'any' },

  run (context) {
    const { args } = context
    refuseUnsupported(args, ['term', 'lastKnownCommittedOpTime'])
    const namespace = `${context.database}.${args.requiredString('collection')}`
    context.target = namespace
    // A batch of no documents is one whose size is left to the server.
    return nextBatch(context, namespace, args.requiredInt64('getMore'), args.count('batchSize') || undefined)
  }
}
