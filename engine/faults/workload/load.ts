import { setMaxListeners } from 'node:events'
import type { MongoClient } from 'mongodb'
import { Random } from '../random.js'
import { History } from './history.js'
import { indexBuilder, noteWriter, prepare, transferWriter, type Writer } from './writers.js'

const NOTE_WRITERS = 8
const TRANSFER_WRITERS = 3

/** Clients at work on a database of their own, until they are stopped. */
export interface Load {
  readonly history: History
  stop (): Promise<void>
}

/** Single writes, transactions and index builds at once. */
export async function startLoad (client: MongoClient, database: string, random: Random): Promise<Load> {
  const db = client.db(database)
  await prepare(db)
  return runWriters([
    ...Array.from({ length: NOTE_WRITERS }, (_, owner) => noteWriter(db, owner)),
    ...Array.from({ length: TRANSFER_WRITERS }, (_, number) => transferWriter(client, db, `t${number}`)),
    indexBuilder(db)
  ], random)
}

export function runWriters (writers: readonly Writer[], random: Random): Load {
  const history = new History()
  const stopping = new AbortController()
  setMaxListeners(writers.length, stopping.signal)
  const running = Promise.all(writers.map((write) => write(history, new Random(random.below(2 ** 32)), stopping.signal)))
  return {
    history,
    async stop () {
      stopping.abort()
      await running
    }
  }
}
