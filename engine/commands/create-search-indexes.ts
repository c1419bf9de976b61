import { EngineError } from '../errors.js'
import type { Command } from './command.js'

/** What MongoDB only has in Atlas is refused as a server outside of it does, by which clients recognise that. */
export const createSearchIndexes: Command = {
  name: 'createSearchIndexes',
  aliases: ['dropSearchIndex', 'listSearchIndexes', 'updateSearchIndex'],
  summary: 'Only in Atlas, as the error says',
  fields: { '*': 'any' },
  run () {
    throw new EngineError('CommandNotSupported', 'Search index commands are only supported with Atlas.')
  }
}
