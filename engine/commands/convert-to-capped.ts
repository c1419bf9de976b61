import { convert } from './capped-conversion.js'
import type { Command } from './command.js'

export const convertToCapped: Command = {
  name: 'convertToCapped',
  summary: 'Makes a collection capped, with the newest documents that fit and without its indexes; writes to it wait meanwhile',
  fields: { convertToCapped: 'collection', size: 'number', writeConcern: 'document' },

  async run (context) {
    await convert(context, context.namespace('convertToCapped'))
    return {}
  }
}
