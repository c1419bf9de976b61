import type { Command } from './command.js'

export const drop: Command = {
  name: 'drop',
  summary: 'A collection with its indexes; one that is not there is no error',
  fields: { drop: 'collection', writeConcern: 'document' },

  async run (context) {
    const namespace = context.namespace('drop')
    return await context.store.write((tx) => {
      const collection = tx.catalog.find(namespace)
      if (collection === undefined) return {}
      tx.dropCollection(collection)
      return { nIndexesWas: collection.indexes.length, ns: namespace.toString() }
    })
  }
}
