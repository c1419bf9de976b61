import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { MongoClient, type Document, type MongoClientOptions } from 'mongodb'
import { commands } from '../commands/table.js'
import type { LogEntry } from '../log.js'
import { createServer, type EngineServer, type ServerOptions } from '../server.js'
import { openStore, type Store } from '../storage/store.js'

export interface TestEngine {
  readonly uri: string
  readonly client: MongoClient
  readonly server: EngineServer
  readonly store: Store
  /** The store's directory. */
  readonly directory: string
  /** What the engine has logged. */
  readonly log: readonly LogEntry[]
}

/** A directory of its own for a test, under a short path: a unix socket's has little room. */
export async function temporaryDirectory (t: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'quire-test-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** An engine inside the test's process on an empty store, and the official driver connected to it. */
export async function startTestEngine (t: Test, options: Partial<ServerOptions> & { client?: MongoClientOptions } = {}): Promise<TestEngine> {
  const directory = await temporaryDirectory(t)
  const log: LogEntry[] = []
  const store = await openStore(directory, { log: (entry) => log.push(entry) })
  const server = createServer({ store, commands, log: (entry) => log.push(entry), ...options })
  const path = join(directory, 'engine.sock')
  await server.listen({ path })
  const uri = `mongodb://${encodeURIComponent(path)}/test?directConnection=true`
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 2000, ...options.client })
  t.teardown(async () => {
    await client.close()
    await server.close()
    await store.close()
  })
  return { uri, client, server, store, directory, log }
}

/** The members with which every reply ends, in their order. */
export const TIMES = ['$clusterTime', 'operationTime'] as const

/** A reply without the times, which are another each time. */
export function withoutTimes ({ $clusterTime, operationTime, ...reply }: Document): Document {
  return reply
}
