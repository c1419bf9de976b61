import type { Command } from './command.js'

export const dropDatabase: Command = {
  name: 'dropDatabase',
  summary: 'All collections of the database, in one commit',
  fields: { dropDatabase: 'any', writeConcern: 'document' },

  async run ({ database, store }) {
    return await store.write((tx) => {
      const collections = tx.catalog.collections(database)
      for (const collection of collections) tx.dropCollection(collection)
      return collections.length === 0 ? {} : { dropped: database }
    })
  }
}
