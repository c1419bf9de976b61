import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import t from 'tap'
import { documentValue, toJs } from '../bson/value.js'
import { startEngine } from '../index.js'
import { openStore } from '../storage/store.js'
import { quireDb } from './cli-process.js'
import { startTestEngine } from './helper.js'
import { collectionOf, temporaryDirectory } from './temporary-store.js'

const WRITERS = 4

/** Inserts a chain of documents, and notes in a document of its own how far it has come, until it is told to stop. */
async function write (client: MongoClient, writer: number, signal: AbortSignal): Promise<void> {
  const collection = client.db('test').collection<{ _id: string, writer: number, n?: number, text?: string }>('things')
  for (let n = 0; !signal.aborted; n++) {
    await collection.insertOne({ _id: `${writer}-${n}`, writer, n, text: 'x'.repeat(1000) })
    await collection.updateOne({ _id: `last-${writer}` }, { $set: { writer, n } }, { upsert: true })
  }
}

t.test('F-29: a backup under load restores to one point in time', async (t) => {
  const directory = await temporaryDirectory(t)
  const [data, backup, restored] = ['data', 'backup', 'restored'].map((name) => join(directory, name))
  const engine = await startEngine({ dataDirectory: data, log: () => {} })
  t.teardown(() => engine.close())
  const client = await new MongoClient(engine.uri).connect()
  t.teardown(() => client.close())
  const stop = new AbortController()
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(client, writer, stop.signal)))
  await delay(200) // some load before the copy; the rest of the test holds for any
  const acknowledged = await client.db('test').collection('things').countDocuments({ text: { $exists: true } })
  const run = await quireDb('backup', '--data', data, backup)
  t.equal(run.code, 0, run.stderr)
  stop.abort()
  await writers
  t.match(await quireDb('restore', '--data', restored, backup), { code: 0 })

  const store = await openStore(restored)
  t.teardown(() => store.close())
  t.same(store.check(), [])
  const documents = [...store.read.documents(collectionOf(store))].map(({ document }) => toJs(documentValue(Buffer.from(document))) as Record<string, unknown>)
  const chains = Array.from({ length: WRITERS }, (_, writer) => documents
    .filter(({ _id, writer: by }) => Number(by) === writer && !String(_id).startsWith('last-'))
    .map(({ n }) => Number(n)).sort((a, b) => a - b))
  t.ok(chains.flat().length >= acknowledged, 'everything that was answered before is there')
  for (const [writer, chain] of chains.entries()) {
    t.same(chain, chain.map((_, n) => n), 'no write is there without those before it')
    const last = documents.find(({ _id }) => _id === `last-${writer}`)
    t.ok([chain.length - 1, chain.length - 2].includes(Number(last?.n ?? -1)), 'what a writer has noted fits what it has written')
  }
})

t.test('an engine copies its files for clients of its socket, to where they say', async (t) => {
  const { client, directory } = await startTestEngine(t)
  const admin = client.db('admin')
  await t.rejects(admin.command({ quireBackup: 'relative' }), { message: 'quireBackup must be an absolute path' })
  await t.rejects(client.db('test').command({ quireBackup: directory }), { message: 'quireBackup may only be run against the admin database.' })
  t.match(await admin.command({ quireBackup: await temporaryDirectory(t) }), { ok: 1, format: 2 })
})
