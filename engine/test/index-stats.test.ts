import { Long, type Collection, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { startTestEngine } from './helper.js'

interface World {
  readonly notes: Collection<{ _id: number, a?: number, b?: number, text?: string }>
  /** How often each index was used, by its name. */
  readonly uses: () => Promise<Record<string, number>>
}

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection<{ _id: number }>('notes')
  await notes.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 2 }] as never)
  await notes.createIndex({ a: 1 })
  await notes.createIndex({ b: 1 }, { sparse: true })
  await notes.createIndex({ text: 'text' })
  const uses = async (): Promise<Record<string, number>> => Object.fromEntries((await notes.aggregate([{ $indexStats: {} }]).toArray())
    .filter(({ accesses }) => accesses.ops > 0).map(({ name, accesses }) => [name, accesses.ops]))
  return { notes, uses }
}

t.test('$indexStats tells of each index what it is and how often it was used', async (t) => {
  const { notes } = await start(t)
  const before = new Date()
  await notes.find({ a: 1 }).toArray()
  const stats = await notes.aggregate([{ $indexStats: {} }], { promoteLongs: false }).toArray()
  t.same(stats.map(({ name }) => name), ['_id_', 'a_1', 'b_1', 'text_text'])
  const [, { host, accesses, ...index }] = stats
  t.same(Object.keys(stats[1]), ['name', 'key', 'host', 'accesses', 'spec'])
  t.strictSame(index, { name: 'a_1', key: { a: 1 }, spec: { v: 2, key: { a: 1 }, name: 'a_1' } })
  t.type(host, 'string')
  t.ok(accesses.ops instanceof Long && accesses.ops.equals(1))
  t.ok(accesses.since <= before)
})

t.test('an operation counts once for each index that it reads, and not at all where it reads none or is explained', async (t) => {
  const { notes, uses } = await start(t)
  await notes.find({}).toArray()
  await notes.find({ a: 1 }).explain('executionStats')
  t.same(await uses(), {})
  await notes.findOne({ _id: 1 })
  await notes.find({ a: { $gte: 1 } }, { batchSize: 1 }).toArray()
  await notes.find({ $or: [{ a: 1 }, { b: 1 }, { a: 2 }] }).toArray()
  await notes.countDocuments({ a: 1 })
  await notes.distinct('a', { a: 1 })
  await notes.find({ $text: { $search: 'x' } } as never).toArray()
  t.same(await uses(), { _id_: 1, a_1: 4, b_1: 1, text_text: 1 })
  await notes.updateOne({ a: 1 }, { $set: { b: 1 } })
  await notes.updateOne({ _id: 1 }, { $set: { b: 2 } })
  await notes.findOneAndUpdate({ b: 2 }, { $inc: { b: 1 } })
  await notes.deleteMany({ a: 2 })
  t.same(await uses(), { _id_: 2, a_1: 6, b_1: 2, text_text: 1 })
})

t.test('what was counted stays when documents and indexes change, and goes with the index', async (t) => {
  const { notes, uses } = await start(t)
  await notes.findOne({ a: 1 })
  await notes.insertOne({ _id: 3, a: [1, 2] } as never)
  await notes.db.command({ collMod: 'notes', index: { name: 'a_1', hidden: true } })
  t.same(await uses(), { a_1: 1 })
  await notes.dropIndex('a_1')
  await notes.createIndex({ a: 1 })
  t.same(await uses(), {})
})

t.test('$indexStats stands first, without arguments, on a collection', async (t) => {
  const { notes } = await start(t)
  const { db } = notes
  const code = async (command: Document): Promise<number> => await db.command({ ...command, cursor: {} }).then(() => 0, ({ code }) => code)
  t.equal(await code({ aggregate: 'notes', pipeline: [{ $indexStats: { a: 1 } }] }), 28803)
  t.equal(await code({ aggregate: 'notes', pipeline: [{ $match: {} }, { $indexStats: {} }] }), 40602)
  t.equal(await code({ aggregate: 1, pipeline: [{ $indexStats: {} }] }), 73)
  t.equal(await code({ aggregate: 'notes', pipeline: [{ $facet: { a: [{ $indexStats: {} }] } }] }), 40600)
  t.equal(await code({ aggregate: 'notes', pipeline: [{ $indexStats: {} }], apiVersion: '1', apiStrict: true }), 323)
  await db.createCollection('view', { viewOn: 'notes' })
  t.equal(await code({ aggregate: 'view', pipeline: [{ $indexStats: {} }] }), 40602)
  t.same(await db.collection('none').aggregate([{ $indexStats: {} }]).toArray(), [])
})
