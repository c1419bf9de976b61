import { isView } from '../storage/catalog.js'
import type { Command } from './command.js'

export const dropDatabase: Command = {
  name: 'dropDatabase',
  summary: 'All collections and views of the database, in one commit',
  fields: { dropDatabase: 'any', writeConcern: 'document' },

  async run ({ database, store }) {
    return await store.write((tx) => {
      const entries = tx.catalog.entries(database)
      for (const entry of entries) {
        if (isView(entry)) tx.dropView(entry)
        else tx.dropCollection(entry)
      }
      return entries.length === 0 ? {} : { dropped: database }
    })
  }
}
