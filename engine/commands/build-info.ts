import { MAX_DOCUMENT_BYTES } from '../wire/limits.js'
import type { Command } from './command.js'

/** The release of MongoDB whose behaviour this engine follows. */
export const VERSION = '7.0.14'

export const buildInfo: Command = {
  name: 'buildInfo',
  aliases: ['buildinfo'],
  summary: 'The version of MongoDB that is followed; storageEngines says what this really is',
  fields: { buildInfo: 'any' },
  run: () => ({
    version: VERSION,
    gitVersion: 'none',
    modules: ['quire'],
    allocator: 'system',
    javascriptEngine: 'none',
    sysInfo: 'deprecated',
    versionArray: [...VERSION.split('.').map(Number), 0],
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    storageEngines: ['lmdb']
  })
}
