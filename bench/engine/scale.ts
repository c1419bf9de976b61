import type { Collection, MongoClient } from 'mongodb'
import { usageOf } from '../usage.js'
import { rows, type Options, type Subject } from './compare.js'
import type { Row } from './documents.js'
import { after, load, median, type Sample } from './load.js'
import { page, pointRead } from './operations.js'

/** Pages of a small collection and of a large one, in turn. */
export async function comparePages (client: MongoClient, { pid }: Subject, { documents, seconds, rounds }: Options): Promise<{ small: Sample, large: Sample }> {
  const samples = { small: [] as Sample[], large: [] as Sample[] }
  const sizes = { small: 1000, large: documents }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['small', 'large'] as const) {
      const collection = rows(client, name)
      samples[name].push(await load(() => page.run(collection, sizes[name]), { concurrency: 1, until: after(seconds), pid }))
    }
  }
  return { small: median(samples.small), large: median(samples.large) }
}

export interface Scan {
  readonly perSecond: number
  /** Documents for each second of the engine's processor time. */
  readonly perCore: number
}

/** What looking at every document costs, by the engine's processor time and by the clock. */
export async function scan (pid: number, documents: number, work: () => Promise<unknown>): Promise<Scan> {
  const [begin, before] = [performance.now(), usageOf(pid).cpuSeconds]
  await work()
  return { perSecond: documents * 1000 / (performance.now() - begin), perCore: documents / (usageOf(pid).cpuSeconds - before) }
}

/** The full scans that are measured: on the server alone, and with all documents on their way to the client. */
export const scans: ReadonlyArray<[name: string, work: (collection: Collection<Row>) => Promise<unknown>]> = [
  ['count with a filter without an index', (collection) => collection.countDocuments({ title: 'nothing' })],
  ['`$match` with a filter without an index', (collection) => collection.aggregate([{ $match: { title: 'nothing' } }]).toArray()],
  ['find of all documents, sent to the client', async (collection) => {
    for await (const document of collection.find({}, { raw: true })) if (document === null) throw new Error('a document is missing')
  }]
]

/** Point reads while everything is scanned and an index is built, until the index is there. */
export async function disturbed (client: MongoClient, { pid }: Subject, documents: number): Promise<Sample> {
  const collection = rows(client, 'large')
  const build = new AbortController()
  const built = collection.createIndex({ owner: 1, title: 1 }).then(() => build.abort())
  const scanned = load(() => collection.countDocuments({ title: 'nothing' }), { concurrency: 1, until: () => build.signal.aborted, pid })
  const sample = await load(() => pointRead.run(collection, documents), { concurrency: 4, until: () => build.signal.aborted, pid })
  await Promise.all([built, scanned])
  await collection.dropIndex('owner_1_title_1')
  return sample
}
