import { Binary } from 'bson'
import { buildDocument, documentValue, valueFrom, type Value } from '../bson/value.js'
import type { Collection } from '../storage/catalog.js'
import type { Command } from './command.js'
import { firstBatch, listSource, readBatchSize } from './cursor-reply.js'
import { readQuery } from './query-arguments.js'

export const listCollections: Command = {
  name: 'listCollections',
  summary: 'Collections of the database, filter, names only',
  fields: { listCollections: 'any', filter: 'document', nameOnly: 'bool', authorizedCollections: 'bool', cursor: 'document' },

  run (context) {
    const { args, database, store } = context
    const { filter } = readQuery(args, 'filter')
    const describe = args.bool('nameOnly') ? describeName : describeAll
    const documents = store.catalog.collections(database).map((collection) => buildDocument(describe(collection)))
    const listed = documents.filter((document) => filter.matches(documentValue(document)))
    return firstBatch(context, `${database}.$cmd.listCollections`, listSource(listed), { batchSize: readBatchSize(args) })
  }
}

function describeName ({ namespace }: Collection): [string, Value][] {
  return [['name', valueFrom(namespace.collection)], ['type', valueFrom('collection')]]
}

function describeAll (collection: Collection): [string, Value][] {
  return [
    ...describeName(collection),
    ['options', documentValue(collection.options)],
    ['info', valueFrom({ readOnly: false, uuid: new Binary(collection.uuid, Binary.SUBTYPE_UUID) })],
    ['idIndex', documentValue(collection.indexes[0].spec)]
  ]
}
