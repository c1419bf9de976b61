import type { Command } from './command.js'
import { readScale } from './scale.js'

export const collStats: Command = {
  name: 'collStats',
  summary: 'Documents, their size, and the number of indexes; the sizes of indexes are not kept',
  fields: { collStats: 'collection', scale: 'number' },

  run (context) {
    const namespace = context.namespace('collStats')
    const scaleFactor = readScale(context.args)
    const collection = context.store.catalog.find(namespace)
    const { documents, bytes } = collection === undefined ? { documents: 0, bytes: 0 } : context.store.read.size(collection)
    const size = Math.floor(bytes / scaleFactor)
    return {
      ns: String(namespace),
      size,
      count: documents,
      avgObjSize: documents === 0 ? undefined : Math.floor(bytes / documents),
      numOrphanDocs: 0,
      storageSize: size,
      capped: false,
      nindexes: collection?.indexes.filter(({ ready }) => ready).length ?? 0,
      indexBuilds: collection?.indexes.filter(({ ready }) => !ready).map(({ name }) => name) ?? [],
      scaleFactor
    }
  }
}
