import { EngineError } from '../errors.js'
import { createIndexes as createAll, createIndexesIn } from '../storage/create-indexes.js'
import { withoutUnknownOptions } from '../storage/index-option-readers.js'
import type { Command } from './command.js'

export const createIndexes: Command = {
  name: 'createIndexes',
  summary: 'Single and compound, multikey, unique, sparse, partial, hashed, TTL, of texts; built while others write',
  inTransaction: 'part',
  fields: { createIndexes: 'collection', indexes: 'array', commitQuorum: 'any', ignoreUnknownIndexOptions: 'bool', writeConcern: 'document' },

  async run (context) {
    const { args, store, transaction } = context
    const namespace = context.namespace('createIndexes')
    const given = args.requiredDocuments('indexes')
    if (given.length === 0) throw new EngineError('BadValue', 'Must specify at least one index to create')
    const specs = args.bool('ignoreUnknownIndexOptions') ? given.map(withoutUnknownOptions) : given
    const created = transaction === undefined ? createAll(store, namespace, specs, () => context.checkKilled()) : createIndexesIn(transaction, namespace, specs)
    return { ...await created }
  }
}
