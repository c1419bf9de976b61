import { Namespace } from '../storage/namespace.js'
import { convert } from './capped-conversion.js'
import type { Command } from './command.js'
import { anyOf, refuseUnsupported } from './unsupported.js'

const unsupported = ['temp']

export const cloneCollectionAsCapped: Command = {
  name: 'cloneCollectionAsCapped',
  summary: 'The same as `convertToCapped` under another name: the collection stays as it is',
  fields: { cloneCollectionAsCapped: 'collection', toCollection: 'string', size: 'number', writeConcern: 'document', ...anyOf(unsupported) },

  async run (context) {
    const { args, database } = context
    refuseUnsupported(args, unsupported)
    const source = context.namespace('cloneCollectionAsCapped')
    const target = new Namespace(database, args.requiredString('toCollection'))
    await convert(context, source, target)
    return {}
  }
}
