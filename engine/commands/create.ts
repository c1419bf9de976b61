import { EMPTY_DOCUMENT } from '../bson/scalar.js'
import { buildDocument, documentValue, fields, isEmpty, type Value } from '../bson/value.js'
import { readCollation, specificationOf } from '../collation/specification.js'
import { EngineError } from '../errors.js'
import { isView } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Arguments } from './arguments.js'
import { changedOptions, optionFields } from './collection-options.js'
import type { Command } from './command.js'
import { kindFields, readKind } from './kind-options.js'
import { anyOf, refuseUnsupported } from './unsupported.js'
import { asksForView, createView, viewFields } from './view-definition.js'

const unsupported = ['indexOptionDefaults', 'storageEngine', 'encryptedFields']

export const create: Command = {
  name: 'create',
  summary: 'A view, or a collection: with a validator, a collation, images for change streams, capped, clustered, a time series; it may be there already as it is wanted',
  inTransaction: 'part',
  fields: {
    create: 'collection',
    collation: 'document',
    autoIndexId: 'bool',
    idIndex: 'document',
    writeConcern: 'document',
    ...optionFields,
    ...kindFields,
    ...viewFields,
    ...anyOf(unsupported)
  },

  async run (context) {
    refuseUnsupported(context.args, unsupported)
    if (asksForView(context.args)) {
      await createView(context)
      return {}
    }
    const namespace = context.namespace('create')
    if (context.args.has('timeseries') && context.transaction !== undefined) {
      throw new EngineError('OperationNotSupportedInTransaction', 'Cannot create a time-series collection in a multi-document transaction.')
    }
    const options = readNewOptions(context.args, namespace)
    await context.data.write((tx) => {
      const entry = tx.catalog.entry(namespace)
      // Since 7.0 a collection that is there with the same options is no error.
      const isThere = entry !== undefined && !isView(entry) && entry.options.equals(options)
      if (!isThere) tx.createCollection(namespace, options)
    })
    return {}
  }
}

/** The options of the collection that a `create` asks for, as they are stored. @throws {EngineError} */
export function readNewOptions (args: Arguments, namespace: Namespace): Buffer {
  refuseUnsupported(args, unsupported)
  const own = [readCollationOption(args), readKind(args)].flatMap((options) => [...fields(options)])
  return changedOptions(args, namespace, documentValue(buildDocument(own)))
}

/** Options that name the collation, unless it is the simple one. @throws {EngineError} */
function readCollationOption (args: Arguments): Value {
  const given = args.document('collation')
  if (given !== undefined && isEmpty(given)) throw new EngineError('BadValue', "'collation' cannot be an empty document")
  const collation = given && readCollation(given)
  return collation === undefined ? EMPTY_DOCUMENT : documentValue(buildDocument([['collation', specificationOf(collation)]]))
}
