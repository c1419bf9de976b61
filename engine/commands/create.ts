import type { Command } from './command.js'
import { checkCollation } from './query-arguments.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = [
  'capped', 'size', 'max', 'timeseries', 'expireAfterSeconds', 'clusteredIndex', 'changeStreamPreAndPostImages', 'validator',
  'validationLevel', 'validationAction', 'indexOptionDefaults', 'viewOn', 'pipeline', 'storageEngine', 'encryptedFields'
]

export const create: Command = {
  name: 'create',
  summary: 'A collection without options, which may be there already; no views, capped or time series collections, validators',
  inTransaction: 'part',
  fields: {
    create: 'collection',
    collation: 'document',
    autoIndexId: 'bool',
    idIndex: 'document',
    writeConcern: 'document',
    ...anyOf(unsupported)
  },

  async run (context) {
    refuseUnsupported(context.args, unsupported)
    checkCollation(context.args.document('collation'))
    const namespace = context.namespace('create')
    // Since 7.0 a collection that is there with the same options, of which there are none, is no error.
    await context.data.write((tx) => tx.collection(namespace))
    return {}
  }
}
