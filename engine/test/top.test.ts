import type { Document, MongoClient } from 'mongodb'
import t from 'tap'
import { Waiting } from '../commands/waiting.js'
import { Namespace } from '../storage/namespace.js'
import { startTestEngine } from './helper.js'

async function top (client: MongoClient): Promise<Document> {
  return (await client.db('admin').command({ top: 1 })).totals
}

/** How often each kind of use has been counted. */
function countsOf (usage: Document): Document {
  return Object.fromEntries(Object.entries(usage).map(([use, { count }]) => [use, count]))
}

t.test('each collection is told how often it has been used, and for how long', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection<{ _id: number, a?: number }>('things')
  await things.insertMany([1, 2, 3].map((_id) => ({ _id })))
  await things.insertOne({ _id: 4 })
  await things.find().batchSize(2).toArray()
  await things.updateOne({ _id: 1 }, { $set: { a: 1 } })
  await things.deleteOne({ _id: 2 })
  await things.countDocuments()
  await things.findOneAndDelete({ _id: 3 })
  const { note, 'test.things': usage } = await top(client)
  t.equal(note, 'all times in microseconds')
  t.strictSame(countsOf(usage), { total: 9, readLock: 4, writeLock: 5, queries: 1, getmore: 2, insert: 2, update: 1, remove: 1, commands: 2 })
  const { total, readLock, writeLock, queries, getmore } = usage
  t.ok(total.time > 0)
  t.ok(Number.isInteger(total.time))
  t.ok(Math.abs(total.time - readLock.time - writeLock.time) <= 1, 'but for what is rounded')
  t.ok(readLock.time + 1 >= queries.time + getmore.time)
})

t.test('a use that fails is one as well', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection('things')
  await things.insertOne({})
  await t.rejects(things.find({ $no: 1 }).toArray())
  t.match(countsOf((await top(client))['test.things']), { queries: 1, insert: 1 })
})

t.test('what has been counted goes with the collection', async (t) => {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  const [things, others] = [db.collection('things'), db.collection('others')]
  await things.insertOne({})
  await db.command({ collMod: 'things', validationLevel: 'off' })
  await things.createIndex({ a: 1 })
  t.match(countsOf((await top(client))['test.things']), { insert: 1, commands: 2 })
  await things.rename('others')
  const renamed = await top(client)
  t.match(countsOf(renamed['test.others']), { insert: 1 })
  t.notOk('test.things' in renamed)
  await others.drop()
  await others.insertOne({})
  t.match(countsOf((await top(client))['test.others']), { insert: 1, commands: 0 })
})

t.test('nothing is told of collections that are not there, or have not been used', async (t) => {
  const { client, store } = await startTestEngine(t)
  const db = client.db('test')
  await db.collection('nothing').findOne()
  await store.write((tx) => tx.createCollection(new Namespace('test', 'unused')))
  await db.createCollection('view', { viewOn: 'nothing', pipeline: [] })
  await db.collection('view').findOne()
  t.strictSame(Object.keys(await top(client)), ['note'])
})

t.test('top is for the database admin', async (t) => {
  const { client } = await startTestEngine(t)
  await t.rejects(client.db('test').command({ top: 1 }), { code: 13 })
})

t.test('what somebody only waits for is told apart', async (t) => {
  const told: string[] = []
  const patience = {
    milliseconds: 0,
    interruptions: () => [],
    checkInterrupt: () => {},
    beginWait: () => {
      told.push('begin')
      return () => told.push('end')
    }
  }
  await new Waiting().wait({ until: performance.now(), patience, onTime: () => told.push('time'), subscribe: () => () => {} })
  t.strictSame(told, ['begin', 'time', 'end'])
})
