import { isView } from '../storage/catalog.js'
import type { Command } from './command.js'

export const drop: Command = {
  name: 'drop',
  summary: 'A view, or a collection with its indexes; one that is not there is no error',
  fields: { drop: 'collection', writeConcern: 'document' },

  async run (context) {
    const namespace = context.namespace('drop')
    return await context.store.write((tx) => {
      const entry = tx.catalog.entry(namespace)
      if (entry === undefined) return {}
      if (isView(entry)) {
        tx.dropView(entry)
        return { ns: namespace.toString() }
      }
      tx.dropCollection(entry)
      return { nIndexesWas: entry.indexes.length, ns: namespace.toString() }
    })
  }
}
