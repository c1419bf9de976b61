import { rmSync } from 'node:fs'
import { dropTemporary } from './aggregate/temporary.js'
import { FailPoints } from './commands/fail-points.js'
import { commands } from './commands/table.js'
import { testCommands } from './commands/test-commands.js'
import { USER } from './ipc.js'
import { acquireLock } from './lock.js'
import type { Log } from './log.js'
import { createServer, type ListenAt, type ServerOptions } from './server.js'
import { openStore } from './storage/store.js'
import { deriveCredentials } from './wire/scram.js'

export interface InstanceOptions {
  readonly dataDirectory: string
  readonly listen: ListenAt
  /** Who may sign in; without a password whoever can connect is trusted. */
  readonly user?: string
  readonly password?: string
  /** Whether clients may make it fail, and more that only tests need. */
  readonly forTests?: boolean
}

/** Why an engine cannot go on; both are told once at most. */
export interface Emergencies {
  /** Another engine may be using the directory now: the process must end at once. */
  onLost (): void
  /** The store answers reads, but is of no more use: the engine is to be closed. */
  onFailure (error: Error): void
}

/** A running engine: the lock on its directory, its store and its server. */
export interface Instance {
  readonly address: string
  close (): Promise<void>
}

/**
 * Opens all that an engine consists of.
 * @throws {Error} when the directory is in use, its store cannot be opened, or the address is taken
 */
export async function openInstance ({ dataDirectory, listen, user = USER, password, forTests = false }: InstanceOptions, log: Log, { onLost, onFailure }: Emergencies): Promise<Instance> {
  const lock = await acquireLock(dataDirectory, { onLost })
  try {
    const store = await openStore(dataDirectory, { log, onFailure })
    await dropTemporary(store)
    const credentials = password === undefined ? undefined : deriveCredentials(user, password)
    const server = createServer({ store, log, credentials, ...(forTests ? testing() : { commands }) })
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

function testing (): Pick<ServerOptions, 'commands' | 'failPoints'> {
  return { commands: [...commands, ...testCommands], failPoints: new FailPoints() }
}
