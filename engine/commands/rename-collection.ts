import { EngineError } from '../errors.js'
import { Namespace } from '../storage/namespace.js'
import type { Command } from './command.js'

export const renameCollection: Command = {
  name: 'renameCollection',
  summary: 'To another name, also in another database; `dropTarget` only as a bool',
  fields: { renameCollection: 'string', to: 'string', dropTarget: 'bool', stayTemp: 'bool', writeConcern: 'document' },

  async run ({ args, database, store }) {
    if (database !== 'admin') throw new EngineError('Unauthorized', 'renameCollection may only be run against the admin database.')
    const source = fullName(args.requiredString('renameCollection'))
    const target = fullName(args.requiredString('to'))
    if (String(source) === String(target)) throw new EngineError('IllegalOperation', "Can't rename a collection to itself")
    return await store.write((tx) => {
      const collection = tx.catalog.find(source)
      if (collection === undefined) throw new EngineError('NamespaceNotFound', `Source collection ${source} does not exist`)
      if (collection.timeseries !== undefined) throw new EngineError('CommandNotSupportedOnView', `Cannot rename the time series ${source}`)
      tx.renameCollection(collection, target, { dropTarget: args.bool('dropTarget') })
      return {}
    })
  }
}

/** A database's name has no dot: the first one ends it. */
function fullName (text: string): Namespace {
  const dot = text.indexOf('.')
  if (dot === -1) throw new EngineError('InvalidNamespace', `Invalid namespace specified '${text}'`)
  return new Namespace(text.slice(0, dot), text.slice(dot + 1))
}
