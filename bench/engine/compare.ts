import { MongoClient, type Collection } from 'mongodb'
import type { CollectionName, Row } from './documents.js'
import type { Echo } from './echo.js'
import { after, load, median, type Sample } from './load.js'
import type { Operation } from './operations.js'

export interface Subject {
  readonly uri: string
  readonly pid: number
}

export interface Options {
  readonly documents: number
  readonly seconds: number
  readonly rounds: number
}

/** An operation on the engine and on the echo, in turn, so that whatever else the machine does hits both; medians, without the first round, in which both are compiled. */
export async function compare (operation: Operation, concurrency: number, [engine, echo]: [Subject, Echo], { documents, seconds, rounds }: Options): Promise<[engine: Sample, echo: Sample]> {
  const clients = await Promise.all([engine, echo].map(({ uri }) => connect(uri, concurrency)))
  const samples: [Sample[], Sample[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    for (const [at, { pid }] of [engine, echo].entries()) {
      const collection = rows(clients[at], operation.collection ?? 'large')
      const sample = await load(() => operation.run(collection, documents), { concurrency, until: after(seconds), pid })
      if (round > 0) samples[at].push(sample)
    }
  }
  await Promise.all(clients.map((client) => client.close()))
  return [median(samples[0]), median(samples[1])]
}

export async function connect (uri: string, maxPoolSize: number): Promise<MongoClient> {
  return await MongoClient.connect(uri, { maxPoolSize, writeConcern: { w: 'majority', journal: true } })
}

export function rows (client: MongoClient, name: CollectionName): Collection<Row> {
  return client.db('bench').collection<Row>(name)
}
