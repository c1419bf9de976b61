import { collectionStats } from '../storage/collection-stats.js'
import type { Command } from './command.js'
import { readScale } from './scale.js'

export const collStats: Command = {
  name: 'collStats',
  summary: 'Documents, their size, and the number of indexes; the sizes of indexes are not kept',
  fields: { collStats: 'collection', scale: 'number' },

  run (context) {
    const namespace = context.namespace('collStats')
    return { ns: String(namespace), ...collectionStats(context.store, namespace, readScale(context.args)) }
  }
}
