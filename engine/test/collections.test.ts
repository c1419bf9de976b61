import { Binary, Long, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES, withoutTimes } from './helper.js'

async function start (t: Test): Promise<Db> {
  const { client } = await startTestEngine(t)
  return client.db('test')
}

async function names (db: Db): Promise<string[]> {
  return (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
}

t.test('a collection is created, once or again', async (t) => {
  const db = await start(t)
  t.strictSame(withoutTimes(await db.command({ create: 'notes' })), { ok: 1 })
  await db.collection('notes').insertOne({ a: 1 })
  t.strictSame(withoutTimes(await db.command({ create: 'notes', capped: false, collation: { locale: 'simple' } })), { ok: 1 })
  t.equal(await db.collection('notes').countDocuments(), 1)
})

t.test('a collection with options that are not implemented is not created', async (t) => {
  const db = await start(t)
  for (const options of [{ storageEngine: { wiredTiger: {} } }, { indexOptionDefaults: { storageEngine: {} } }, { collation: { locale: 'de' } }]) {
    await t.rejects(db.command({ create: 'notes', ...options }), { code: 238 }, JSON.stringify(options))
  }
  await t.rejects(db.command({ create: 'system.notes' }), { code: 73 })
  t.strictSame(await names(db), [])
})

t.test('collections are listed with their ids', async (t) => {
  const db = await start(t)
  await db.createCollection('b')
  await db.createCollection('a')
  const reply = await db.command({ listCollections: 1 })
  t.equal(reply.cursor.ns, 'test.$cmd.listCollections')
  const [first, second] = reply.cursor.firstBatch
  t.strictSame(Object.keys(first), ['name', 'type', 'options', 'info', 'idIndex'])
  t.match(first, { name: 'a', type: 'collection', options: {}, info: { readOnly: false }, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } })
  t.equal(first.info.uuid.sub_type, Binary.SUBTYPE_UUID)
  t.notOk(first.info.uuid.buffer.equals(second.info.uuid.buffer))
})

t.test('collections are listed by a filter, by name, in batches', async (t) => {
  const db = await start(t)
  for (const name of ['c', 'a', 'b']) await db.createCollection(name)
  t.strictSame(await db.listCollections({ name: { $gt: 'a' } }, { nameOnly: true }).toArray(), [{ name: 'b', type: 'collection' }, { name: 'c', type: 'collection' }])
  const { cursor } = await db.command({ listCollections: 1, cursor: { batchSize: 2 }, nameOnly: true })
  t.equal(cursor.firstBatch.length, 2)
  t.match(await db.command({ getMore: cursor.id, collection: '$cmd.listCollections' }), { cursor: { nextBatch: [{ name: 'c' }] } })
  await t.rejects(db.command({ listCollections: 1, cursor: { nope: 1 } }), { code: 40415 })
})

t.test('a collection is dropped with its indexes, and one that is not there is no error', async (t) => {
  const db = await start(t)
  await db.collection('notes').createIndex({ a: 1 })
  t.strictSame(withoutTimes(await db.command({ drop: 'notes' })), { nIndexesWas: 2, ns: 'test.notes', ok: 1 })
  t.strictSame(withoutTimes(await db.command({ drop: 'notes' })), { ok: 1 })
  t.strictSame(await names(db), [])
})

t.test('a collection made anew after a drop is empty', async (t) => {
  const db = await start(t)
  const notes = db.collection('notes')
  await notes.createIndex({ a: 1 })
  await notes.insertMany([{ a: 1 }, { a: 2 }])
  await notes.drop()
  await notes.insertOne({ a: 1 })
  t.equal((await notes.find({ a: { $gte: 0 } }).toArray()).length, 1)
  t.strictSame((await notes.indexes()).map(({ name }) => name), ['_id_'])
})

t.test('a database is dropped with all collections, and no other', async (t) => {
  const db = await start(t)
  const other = db.client.db('other')
  await db.createCollection('a')
  await db.createCollection('b')
  await other.createCollection('a')
  t.strictSame(withoutTimes(await db.command({ dropDatabase: 1 })), { dropped: 'test', ok: 1 })
  t.strictSame(withoutTimes(await db.command({ dropDatabase: 1 })), { ok: 1 })
  t.strictSame([await names(db), await names(other)], [[], ['a']])
})

t.test('databases are listed with the size of their documents, in 64 bits', async (t) => {
  const db = await start(t)
  const admin = db.client.db('admin')
  await db.collection('notes').insertOne({ text: 'x'.repeat(1000) })
  await db.client.db('empty').createCollection('a')
  const reply = await admin.command({ listDatabases: 1 }, { promoteValues: false, promoteLongs: false })
  t.strictSame(Object.keys(reply), ['databases', 'totalSize', 'totalSizeMb', 'ok', ...TIMES])
  t.match(reply.databases, [{ name: 'empty', sizeOnDisk: Long.ZERO, empty: true }, { name: 'test', empty: false }])
  t.ok(reply.databases[1].sizeOnDisk.toNumber() > 1000)
  t.strictSame([reply.totalSize, reply.totalSizeMb], [reply.databases[1].sizeOnDisk, Long.ZERO])
})

t.test('databases are listed by name alone, and by a filter', async (t) => {
  const db = await start(t)
  for (const name of ['a', 'b']) await db.client.db(name).createCollection('notes')
  t.strictSame((await db.client.db('admin').command({ listDatabases: 1, nameOnly: true })).databases, [{ name: 'a' }, { name: 'b' }])
  t.strictSame((await db.client.db('admin').command({ listDatabases: 1, nameOnly: true, filter: { name: 'b' } })).databases, [{ name: 'b' }])
  await t.rejects(db.command({ listDatabases: 1 }), { code: 13 })
})
