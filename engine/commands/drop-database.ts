import type { Command } from './command.js'

export const dropDatabase: Command = {
  name: 'dropDatabase',
  summary: 'All collections and views of the database, in one commit',
  fields: { dropDatabase: 'any', writeConcern: 'document' },

  async run ({ database, store }) {
    return await store.write((tx) => tx.dropDatabase(database) === 0 ? {} : { dropped: database })
  }
}
