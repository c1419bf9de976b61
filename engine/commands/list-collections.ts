import { Binary } from 'bson'
import { buildDocument, documentValue, valueFrom, type Value } from '../bson/value.js'
import { isView, type Collection, type Entry, type View } from '../storage/catalog.js'
import type { Command } from './command.js'
import { firstBatch, listSource, readBatchSize } from './cursor-reply.js'
import { readQuery } from './query-arguments.js'

export const listCollections: Command = {
  name: 'listCollections',
  summary: 'Collections and views of the database, filter, names only',
  fields: { listCollections: 'any', filter: 'document', nameOnly: 'bool', authorizedCollections: 'bool', cursor: 'document' },

  run (context) {
    const { args, database, store } = context
    const { filter } = readQuery(args, 'filter')
    const describe = args.bool('nameOnly') ? describeName : describeAll
    const documents = store.catalog.entries(database).map((entry) => buildDocument(describe(entry)))
    const listed = documents.filter((document) => filter.matches(documentValue(document)))
    return firstBatch(context, `${database}.$cmd.listCollections`, listSource(listed), { batchSize: readBatchSize(args) })
  }
}

function describeName (entry: Entry): [string, Value][] {
  return [['name', valueFrom(entry.namespace.collection)], ['type', valueFrom(typeOf(entry))]]
}

function typeOf (entry: Entry): string {
  if (isView(entry)) return 'view'
  return entry.timeseries === undefined ? 'collection' : 'timeseries'
}

function describeAll (entry: Entry): [string, Value][] {
  return [...describeName(entry), ...isView(entry) ? describeView(entry) : describeCollection(entry)]
}

function describeView ({ viewOn, pipeline }: View): [string, Value][] {
  return [
    ['options', documentValue(buildDocument([['viewOn', valueFrom(viewOn.collection)], ['pipeline', pipeline]]))],
    ['info', valueFrom({ readOnly: true })]
  ]
}

function describeCollection (collection: Collection): [string, Value][] {
  const idIndex = collection.indexes.find(({ isId }) => isId)
  return [
    ['options', documentValue(collection.options)],
    ['info', valueFrom({ readOnly: false, uuid: new Binary(collection.uuid, Binary.SUBTYPE_UUID) })],
    ...idIndex === undefined || collection.clusteredIndex !== undefined ? [] : [['idIndex', documentValue(idIndex.spec)] satisfies [string, Value]]
  ]
}
