import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { changedOptions, validationFields } from './collection-options.js'
import type { Command } from './command.js'
import { checkCollation } from './query-arguments.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = [
  'capped', 'size', 'max', 'timeseries', 'expireAfterSeconds', 'clusteredIndex', 'changeStreamPreAndPostImages',
  'indexOptionDefaults', 'viewOn', 'pipeline', 'storageEngine', 'encryptedFields'
]

export const create: Command = {
  name: 'create',
  summary: 'A collection with its validator, which may be there already as it is wanted; no views, capped or time series collections',
  inTransaction: 'part',
  fields: {
    create: 'collection',
    collation: 'document',
    autoIndexId: 'bool',
    idIndex: 'document',
    writeConcern: 'document',
    ...validationFields,
    ...anyOf(unsupported)
  },

  async run (context) {
    refuseUnsupported(context.args, unsupported)
    checkCollation(context.args.document('collation'))
    const namespace = context.namespace('create')
    const options = changedOptions(context.args, namespace, EMPTY_DOCUMENT)
    await context.data.write((tx) => {
      // Since 7.0 a collection that is there with the same options is no error.
      const isThere = tx.catalog.find(namespace)?.options.equals(options) ?? false
      if (!isThere) tx.createCollection(namespace, options)
    })
    return {}
  }
}
