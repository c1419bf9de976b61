import type { Command } from './command.js'
import { readScale } from './scale.js'

export const dbStats: Command = {
  name: 'dbStats',
  aliases: ['dbstats'],
  summary: 'Collections, views, documents, their size, and the number of indexes; the sizes of indexes are not kept',
  fields: { dbStats: 'any', scale: 'number', freeStorage: 'number' },

  run ({ args, database, store }) {
    const scaleFactor = readScale(args)
    const collections = store.catalog.collections(database)
    const sizes = collections.map((collection) => store.read.size(collection))
    const objects = sum(sizes.map(({ documents }) => documents))
    const bytes = sum(sizes.map(({ bytes }) => bytes))
    return {
      db: database,
      collections: collections.length,
      views: store.catalog.entries(database).length - collections.length,
      objects,
      avgObjSize: objects === 0 ? 0 : bytes / objects,
      dataSize: bytes / scaleFactor,
      storageSize: bytes / scaleFactor,
      indexes: sum(collections.map(({ indexes }) => indexes.length)),
      scaleFactor
    }
  }
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
