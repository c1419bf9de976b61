import { EngineError } from '../errors.js'
import { createIndexes as createAll, createIndexesIn } from '../storage/create-indexes.js'
import type { Command } from './command.js'

export const createIndexes: Command = {
  name: 'createIndexes',
  summary: 'Single and compound, multikey, unique, sparse, partial, hashed, TTL, of texts; built while others write',
  inTransaction: 'part',
  fields: { createIndexes: 'collection', indexes: 'array', commitQuorum: 'any', writeConcern: 'document' },

  async run (context) {
    const { args, store, transaction } = context
    const namespace = context.namespace('createIndexes')
    const specs = args.requiredDocuments('indexes')
    if (specs.length === 0) throw new EngineError('BadValue', 'Must specify at least one index to create')
    const created = transaction === undefined ? createAll(store, namespace, specs, () => context.checkKilled()) : createIndexesIn(transaction, namespace, specs)
    return { ...await created }
  }
}
