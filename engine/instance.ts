import { rmSync } from 'node:fs'
import { commands } from './commands/table.js'
import { USER, type StartOrder } from './ipc.js'
import { acquireLock } from './lock.js'
import type { Log } from './log.js'
import { createServer } from './server.js'
import { openStore } from './storage/store.js'
import { deriveCredentials } from './wire/scram.js'

/** A running engine: the lock on its directory, its store and its server. */
export interface Instance {
  readonly address: string
  close (): Promise<void>
}

/**
 * Opens all that an engine consists of.
 * @throws {Error} when the directory is in use, its store cannot be opened, or the address is taken
 */
export async function openInstance ({ dataDirectory, listen, password }: StartOrder, log: Log, onLost: () => void): Promise<Instance> {
  const lock = await acquireLock(dataDirectory, { onLost })
  try {
    const store = await openStore(dataDirectory, { log })
    const credentials = password === undefined ? undefined : deriveCredentials(USER, password)
    const server = createServer({ store, commands, log, credentials })
    // Left behind by an engine that was killed: whoever holds the lock owns the socket's name.
    if ('path' in listen) rmSync(listen.path, { force: true })
    await server.listen(listen)
    return {
      address: server.address,
      async close () {
        await server.close()
        await store.close()
        lock.release()
      }
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
