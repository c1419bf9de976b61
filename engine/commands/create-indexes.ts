import { EngineError } from '../errors.js'
import { createIndexes as createAll } from '../storage/create-indexes.js'
import type { Command } from './command.js'

export const createIndexes: Command = {
  name: 'createIndexes',
  summary: 'Single and compound, multikey, unique, sparse, partial, TTL; built while others write',
  fields: { createIndexes: 'collection', indexes: 'array', commitQuorum: 'any', writeConcern: 'document' },

  async run (context) {
    const { args, store } = context
    const specs = args.requiredDocuments('indexes')
    if (specs.length === 0) throw new EngineError('BadValue', 'Must specify at least one index to create')
    return { ...await createAll(store, context.namespace('createIndexes'), specs) }
  }
}
