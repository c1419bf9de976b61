import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { isView } from '../storage/catalog.js'
import { changedOptions, validationFields } from './collection-options.js'
import type { Command } from './command.js'
import { checkCollation } from './query-arguments.js'
import { anyOf, refuseUnsupported } from './unsupported.js'
import { asksForView, createView, viewFields } from './view-definition.js'

const unsupported = [
  'capped', 'size', 'max', 'timeseries', 'expireAfterSeconds', 'clusteredIndex', 'changeStreamPreAndPostImages',
  'indexOptionDefaults', 'storageEngine', 'encryptedFields'
]

export const create: Command = {
  name: 'create',
  summary: 'A view, or a collection with its validator, which may be there already as it is wanted; no capped or time series collections',
  inTransaction: 'part',
  fields: {
    create: 'collection',
    collation: 'document',
    autoIndexId: 'bool',
    idIndex: 'document',
    writeConcern: 'document',
    ...validationFields,
    ...viewFields,
    ...anyOf(unsupported)
  },

  async run (context) {
    refuseUnsupported(context.args, unsupported)
    checkCollation(context.args.document('collation'))
    if (asksForView(context.args)) {
      await createView(context)
      return {}
    }
    const namespace = context.namespace('create')
    const options = changedOptions(context.args, namespace, EMPTY_DOCUMENT)
    await context.data.write((tx) => {
      const entry = tx.catalog.entry(namespace)
      // Since 7.0 a collection that is there with the same options is no error.
      const isThere = entry !== undefined && !isView(entry) && entry.options.equals(options)
      if (!isThere) tx.createCollection(namespace, options)
    })
    return {}
  }
}
