import { isAbsolute } from 'node:path'
import { EngineError } from '../errors.js'
import { FORMAT } from '../storage/format.js'
import type { Command } from './command.js'

/** Not one of MongoDB's: only the process that has the files open can copy them safely. */
export const quireBackup: Command = {
  name: 'quireBackup',
  summary: 'For `quire db backup`: copies the last commit to a directory; only where clients share a unix socket',
  fields: { quireBackup: 'string' },

  async run ({ args, database, services, store }) {
    if (database !== 'admin') throw new EngineError('Unauthorized', 'quireBackup may only be run against the admin database.')
    // Whoever is on the socket is the engine's own user; over TCP this would let a client write files of that user.
    if (!isAbsolute(services.address())) throw new EngineError('Unauthorized', 'quireBackup needs a connection through the unix socket')
    const directory = args.requiredString('quireBackup')
    if (!isAbsolute(directory)) throw new EngineError('BadValue', 'quireBackup must be an absolute path')
    await store.backup(directory)
    return { format: FORMAT }
  }
}
