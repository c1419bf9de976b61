import { existsSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { prepareDataDirectory } from '../data-directory.js'
import { startEngine } from '../index.js'
import { socketPath } from '../socket-path.js'
import { UsageError } from './program.js'

/** Where databases are: a server's address, or a data directory. */
export type Place = { readonly uri: string } | { readonly data: string }

export interface Connection {
  readonly client: MongoClient
  close (): Promise<void>
}

/** The options of every program that takes a place. */
export const placeOptions = { uri: { type: 'string' }, data: { type: 'string' } } as const

export const PLACE_HELP = `  --data DIRECTORY    of the engine (data/engine); it may be running, and is started if it is not
  --uri MONGODB_URI   a server, instead of a data directory`

/** @throws {UsageError} */
export function readPlace ({ uri, data }: { uri?: string, data?: string }): Place {
  if (uri === undefined) return { data: data ?? 'data/engine' }
  if (data !== undefined) throw new UsageError('--uri and --data exclude each other')
  return { uri }
}

/**
 * Connects to a place that has data.
 * @throws {Error} when it has none or cannot be reached
 */
export async function connectSource (place: Place): Promise<Connection> {
  if ('data' in place && !existsSync(join(place.data, 'data.mdb'))) throw new Error(`there is no data in ${place.data}: data.mdb is missing`)
  return await connect(place)
}

/** Connects to a place; a data directory that is not there is made. */
export async function connect (place: Place): Promise<Connection> {
  return 'uri' in place ? await connectTo(place.uri) : await connectToEngine(place.data)
}

/** The engine that runs on the directory is used as it is: no second one may open its files. */
async function connectToEngine (data: string): Promise<Connection> {
  const directory = prepareDataDirectory(data)
  const running = await runningEngine(directory)
  if (running !== undefined) return await connectTo(running)
  const engine = await startEngine({ dataDirectory: directory, log: () => {} })
  return await connectTo(engine.uri, () => engine.close())
}

async function connectTo (uri: string, andClose = async (): Promise<void> => {}): Promise<Connection> {
  const client = new MongoClient(uri, { appName: 'quire db' })
  const close = async (): Promise<void> => {
    await client.close()
    await andClose()
  }
  try {
    await client.connect()
    return { client, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The address of the engine that runs on a directory and listens on its socket (one that listens on TCP has to be named by --uri). */
export async function runningEngine (directory: string): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  const path = socketPath(directory)
  return await isListening(path) ? `mongodb://${encodeURIComponent(path)}/?directConnection=true` : undefined
}

function isListening (path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(path)
    socket.once('error', () => resolve(false)) // nobody is there
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
