import { MongoServerError, type ClientSession, type Collection, type Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, type TestEngine } from './helper.js'

interface World extends TestEngine {
  readonly things: Collection<Document>
  readonly session: ClientSession
}

/** A collection with the documents 1 to 3, and a session in whose transaction nothing has happened yet. */
async function startWorld (t: Test): Promise<World> {
  const engine = await startTestEngine(t)
  const things = engine.client.db('test').collection<Document>('things')
  await things.createIndex({ n: 1 })
  await things.createIndex({ code: 1 }, { unique: true, sparse: true })
  await things.insertMany([{ _id: 1, n: 10 }, { _id: 2, n: 20 }, { _id: 3, n: 30 }] as Document[])
  const session = engine.client.startSession()
  t.teardown(() => session.endSession())
  session.startTransaction()
  return { ...engine, things, session }
}

async function ids (things: Collection<Document>, session?: ClientSession): Promise<unknown[]> {
  return (await things.find({}, { session }).sort({ n: 1 }).hint('n_1').toArray()).map(({ _id }) => _id)
}

async function failureOf (promise: Promise<unknown>): Promise<MongoServerError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof MongoServerError) return error
    throw error
  }
  throw new Error('it has not failed')
}

t.test('what a transaction has written is there for all when it is committed', async (t) => {
  const { things, session } = await startWorld(t)
  await things.insertOne({ _id: 4, n: 5 } as Document, { session })
  await things.updateOne({ _id: 1 } as Document, { $set: { n: 40 } }, { session })
  await things.deleteOne({ _id: 2 } as Document, { session })
  t.same(await ids(things), [1, 2, 3])
  await session.commitTransaction()
  t.same(await ids(things), [4, 3, 1])
  t.equal(await things.estimatedDocumentCount(), 3)
})

t.test('what a transaction has written is gone when it is aborted', async (t) => {
  const { things, session, store } = await startWorld(t)
  await things.insertMany([{ n: 1 }, { n: 2 }], { session })
  await things.deleteMany({ n: { $gte: 20 } }, { session })
  await session.abortTransaction()
  t.same(await ids(things), [1, 2, 3])
  t.same(store.check(), [])
})

t.test('a transaction reads what it has written, by index, in order and in counts', async (t) => {
  const { things, session } = await startWorld(t)
  await things.insertMany([{ _id: 4, n: 15 }, { _id: 5, n: 35 }, { _id: 6, n: 1 }] as Document[], { session })
  await things.updateOne({ n: 20 }, { $set: { n: 0 } }, { session })
  await things.deleteOne({ n: 30 }, { session })
  t.same(await ids(things, session), [2, 6, 1, 4, 5])
  const backwards = await things.find({ n: { $gte: 1, $lt: 35 } }, { session }).sort({ n: -1 }).toArray()
  t.same(backwards.map(({ n }) => n), [15, 10, 1])
  t.equal((await things.findOne({ n: 0 }, { session }))?._id, 2)
  t.equal(await things.findOne({ n: 30 }, { session }), null)
  t.equal(await things.countDocuments({}, { session }), 5)
  t.equal(await things.countDocuments({ n: { $gt: 1 } }, { session }), 3)
  t.same((await things.distinct('n', {}, { session })).sort(), [0, 1, 10, 15, 35])
  t.match(await things.findOneAndUpdate({ _id: 4 } as Document, { $inc: { n: 1 } }, { session, returnDocument: 'after' }), { n: 16 })
  t.equal(await things.countDocuments(), 3)
})

t.test('a transaction reads the state of its first command, whatever others write', async (t) => {
  const { things, session } = await startWorld(t)
  t.equal((await things.findOne({ _id: 1 } as Document, { session }))?.n, 10)
  await things.updateOne({ _id: 1 } as Document, { $set: { n: 99 } })
  await things.insertOne({ _id: 4, n: 15 } as Document)
  await things.deleteOne({ _id: 3 } as Document)
  await things.createIndex({ other: 1 })
  t.equal((await things.findOne({ _id: 1 } as Document, { session }))?.n, 10)
  t.same(await ids(things, session), [1, 2, 3])
  await session.commitTransaction()
  t.same(await ids(things), [4, 2, 1])
})

t.test('a cursor of a transaction goes on in it, and only in it', async (t) => {
  const { things, session, client } = await startWorld(t)
  const cursor = things.find({}, { session, batchSize: 2 }).sort({ _id: 1 })
  await cursor.next()
  await things.insertOne({ _id: 4, n: 0 } as Document, { session })
  const rest = await cursor.toArray()
  t.same(rest.map(({ _id }) => _id), [2, 3, 4])
  const { cursor: { id } } = await client.db('test').command({ find: 'things', batchSize: 1 }, { session })
  const error = await failureOf(client.db('test').command({ getMore: id, collection: 'things' }))
  t.equal(error.code, 50740)
})

t.test('the second of two transactions that change a document fails, and can be run again', async (t) => {
  const { things, session, client } = await startWorld(t)
  await things.updateOne({ _id: 1 } as Document, { $inc: { n: 1 } }, { session })
  await client.withSession(async (other) => {
    other.startTransaction()
    const error = await failureOf(things.updateOne({ _id: 1 } as Document, { $inc: { n: 1 } }, { session: other }))
    t.match(error, { code: 112, codeName: 'WriteConflict' })
    t.ok(error.hasErrorLabel('TransientTransactionError'))
    await other.abortTransaction()
  })
  await session.commitTransaction()
  t.equal((await things.findOne({ _id: 1 } as Document))?.n, 11)
})

t.test('a transaction that changes a document which has changed since its snapshot fails', async (t) => {
  const { things, session } = await startWorld(t)
  await things.findOne({}, { session })
  await things.updateOne({ _id: 1 } as Document, { $inc: { n: 1 } })
  const error = await failureOf(things.deleteOne({ _id: 1 } as Document, { session }))
  t.equal(error.code, 112)
  t.ok(error.hasErrorLabel('TransientTransactionError'))
  t.match(await failureOf(things.findOne({}, { session })), { code: 251, errorLabels: ['TransientTransactionError'] })
})

t.test('a key of a unique index belongs to the first writer', async (t) => {
  const { things, session, client } = await startWorld(t)
  await things.insertOne({ code: 'x' }, { session })
  await client.withSession(async (other) => {
    other.startTransaction()
    t.equal((await failureOf(things.insertOne({ code: 'x' }, { session: other }))).code, 112)
  })
  await session.commitTransaction()
  t.match(await failureOf(things.insertOne({ code: 'x' })), { code: 11000, keyPattern: { code: 1 } })
})

t.test('a duplicate key aborts a transaction', async (t) => {
  const { things, session } = await startWorld(t)
  await things.insertOne({ _id: 4, code: 'x' } as Document, { session })
  const error = await failureOf(things.insertMany([{ code: 'x' }, { code: 'y' }], { session, ordered: false }))
  t.equal(error.code, 11000)
  t.equal((await failureOf(things.findOne({}, { session }))).code, 251)
  t.equal(await things.countDocuments(), 3)
})

t.test('unique keys may change hands within a transaction', async (t) => {
  const { things, session, store } = await startWorld(t)
  await things.updateOne({ _id: 1 } as Document, { $set: { code: 'a' } }, { session })
  await things.updateOne({ _id: 1 } as Document, { $unset: { code: 1 } }, { session })
  await things.updateOne({ _id: 2 } as Document, { $set: { code: 'a' } }, { session })
  await session.commitTransaction()
  t.equal((await things.findOne({ code: 'a' }))?._id, 2)
  t.same(store.check(), [])
})

t.test('a write outside of transactions waits for a transaction that was first', async (t) => {
  const { things, session } = await startWorld(t)
  await things.updateOne({ _id: 2 } as Document, { $set: { n: 21 } }, { session })
  const waiting = things.updateMany({}, { $inc: { n: 100 } })
  await things.updateOne({ _id: 1 } as Document, { $set: { seen: true } })
  await session.commitTransaction()
  t.match(await waiting, { matchedCount: 3, modifiedCount: 3 })
  t.same((await things.find().toArray()).map(({ n }) => n), [110, 121, 130])
})

t.test('a write that waits gives up when its time is over', async (t) => {
  const { things, session, client } = await startWorld(t)
  await things.deleteOne({ _id: 2 } as Document, { session })
  const command = { update: 'things', updates: [{ q: { _id: 2 }, u: { $inc: { n: 1 } } }], maxTimeMS: 20 }
  t.equal((await failureOf(client.db('test').command(command))).code, 50)
})

t.test('an insert that waited for a transaction sees what became of it', async (t) => {
  const { things, session } = await startWorld(t)
  await things.insertOne({ _id: 4, n: 1 } as Document, { session })
  const waiting = things.insertMany([{ _id: 5 }, { _id: 4, n: 2 }] as Document[])
  await session.abortTransaction()
  t.equal((await waiting).insertedCount, 2)
  t.equal((await things.findOne({ _id: 4 } as Document))?.n, 2)
})

t.test('withTransaction runs again after a conflict, and nothing is lost', async (t) => {
  const { things, session, client } = await startWorld(t)
  await session.abortTransaction()
  await Promise.all(Array.from({ length: 4 }, () => client.withSession((own) => own.withTransaction(async () => {
    const { n } = (await things.findOne({ _id: 1 } as Document, { session: own }))!
    await things.updateOne({ _id: 1 } as Document, { $set: { n: n + 1 } }, { session: own })
  }))))
  t.equal((await things.findOne({ _id: 1 } as Document))?.n, 14)
})

t.test('a transaction makes collections and their indexes', async (t) => {
  const { client, session, store } = await startWorld(t)
  const db = client.db('test')
  await db.createCollection('made', { session })
  await db.collection('made').createIndex({ n: 1 }, { session, unique: true })
  await db.collection('made').insertOne({ n: 1 }, { session })
  await db.collection('implied').insertOne({ n: 1 }, { session })
  t.equal(await db.collection('made').countDocuments({ n: 1 }, { session }), 1)
  t.equal((await db.listCollections().toArray()).length, 1)
  await session.commitTransaction()
  t.same((await db.listCollections().toArray()).map(({ name }) => name).sort(), ['implied', 'made', 'things'])
  t.equal((await failureOf(db.collection('made').insertOne({ n: 1 }))).code, 11000)
  t.same(store.check(), [])
})

t.test('a transaction whose collection somebody else has made meanwhile fails', async (t) => {
  const { client, session } = await startWorld(t)
  const made = client.db('test').collection('made')
  await made.insertOne({ n: 1 }, { session })
  await made.insertOne({ n: 2 })
  t.match(await failureOf(session.commitTransaction()), { code: 112, errorLabels: ['TransientTransactionError'] })
  t.equal(await made.countDocuments(), 1)
})

t.test('a transaction whose collection was dropped meanwhile fails', async (t) => {
  const { things, session } = await startWorld(t)
  await things.insertOne({ n: 1 }, { session })
  await things.drop()
  t.equal((await failureOf(session.commitTransaction())).code, 112)
})

t.test('indexes are made in transactions for new collections alone', async (t) => {
  const { things, session } = await startWorld(t)
  t.equal((await failureOf(things.createIndex({ z: 1 }, { session }))).code, 263)
})

t.test('what transactions do not allow is refused', async (t) => {
  const { client, session, things } = await startWorld(t)
  for (const command of [{ count: 'things' }, { listCollections: 1 }, { drop: 'things' }, { explain: { find: 'things' } }]) {
    t.equal((await failureOf(client.db('test').command(command, { session }))).code, 263, Object.keys(command)[0])
  }
  await session.abortTransaction()
  session.startTransaction()
  t.equal((await failureOf(things.aggregate([{ $out: 'copy' }], { session }).toArray())).code, 263)
})

t.test('the changes of a transaction are limited in size', async (t) => {
  const { session, things } = await startWorld(t)
  const text = 'x'.repeat(9 * 1024 * 1024)
  await things.insertOne({ text }, { session })
  t.match(await failureOf(things.insertOne({ text }, { session })), { code: 257, codeName: 'TransactionTooLarge' })
})

t.test('a document that a transaction is changing expires when the transaction is over', async (t) => {
  const { things, session, store } = await startWorld(t)
  await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 })
  await things.insertOne({ _id: 4, at: new Date(0) } as Document)
  await things.updateOne({ _id: 4 } as Document, { $set: { n: 5 } }, { session })
  await store.maintenance.sweep()
  t.equal(await things.estimatedDocumentCount(), 4)
  await session.abortTransaction()
  await store.maintenance.sweep()
  t.equal(await things.estimatedDocumentCount(), 3)
})
