import { EngineError } from '../errors.js'
import type { Command } from './command.js'
import { firstBatch, listSource, readBatchSize } from './cursor-reply.js'

export const listIndexes: Command = {
  name: 'listIndexes',
  summary: 'The indexes of a collection that are ready',
  fields: { listIndexes: 'collection', cursor: 'document' },

  run (context) {
    const namespace = context.namespace('listIndexes')
    const collection = context.store.catalog.find(namespace)
    if (collection === undefined) throw new EngineError('NamespaceNotFound', `ns does not exist: ${namespace}`)
    const specs = collection.indexes.filter(({ ready }) => ready).map(({ spec }) => spec)
    return firstBatch(context, namespace.toString(), listSource(specs), { batchSize: readBatchSize(context.args) })
  }
}
