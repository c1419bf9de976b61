import type { Collection, Db, Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, withoutTimes } from './helper.js'

interface World { readonly db: Db, readonly notes: Collection }

async function start (t: Test): Promise<World> {
  const { client } = await startTestEngine(t)
  const db = client.db('test')
  return { db, notes: db.collection('notes') }
}

async function names (notes: Collection): Promise<Array<string | undefined>> {
  return (await notes.indexes()).map(({ name }) => name)
}

t.test('indexes are made with the collection, and not again', async (t) => {
  const { db } = await start(t)
  const command = { createIndexes: 'notes', indexes: [{ key: { a: 1 }, name: 'a_1' }, { key: { b: -1 }, name: 'b' }] }
  t.strictSame(withoutTimes(await db.command(command)), { numIndexesBefore: 1, numIndexesAfter: 3, createdCollectionAutomatically: true, ok: 1 })
  t.strictSame(withoutTimes(await db.command(command)), { numIndexesBefore: 3, numIndexesAfter: 3, createdCollectionAutomatically: false, note: 'all indexes already exist', ok: 1 })
})

t.test('indexes are listed as they were asked for', async (t) => {
  const { db, notes } = await start(t)
  await notes.createIndex({ a: 1, 'b.c': -1 }, { unique: true, partialFilterExpression: { a: { $gt: 1 } }, background: true } as object)
  await notes.createIndex({ at: 1 }, { expireAfterSeconds: 60, name: 'ttl' })
  const { cursor } = await db.command({ listIndexes: 'notes' })
  t.equal(cursor.ns, 'test.notes')
  t.strictSame(cursor.firstBatch, [
    { v: 2, key: { _id: 1 }, name: '_id_' },
    { v: 2, key: { a: 1, 'b.c': -1 }, name: 'a_1_b.c_-1', unique: true, partialFilterExpression: { a: { $gt: 1 } } },
    { v: 2, key: { at: 1 }, name: 'ttl', expireAfterSeconds: 60 }
  ])
  const { cursor: first } = await db.command({ listIndexes: 'notes', cursor: { batchSize: 1 } })
  t.equal((await db.command({ getMore: first.id, collection: 'notes' })).cursor.nextBatch.length, 2)
})

t.test('the indexes of what is not there cannot be listed', async (t) => {
  const { db } = await start(t)
  await t.rejects(db.command({ listIndexes: 'none' }), { code: 26 })
})

t.test('an index that existing documents contradict is not made', async (t) => {
  const { notes } = await start(t)
  await notes.insertMany([{ a: 1 }, { a: 1 }])
  await t.rejects(notes.createIndex({ a: 1 }, { unique: true }), { code: 11000 })
  t.strictSame(await names(notes), ['_id_'])
})

t.test('a command without indexes, or with one that cannot be, is refused', async (t) => {
  const { db, notes } = await start(t)
  for (const [indexes, code] of [
    [[], 2], [[{ name: 'a' }], 9], [[{ key: { a: 1 }, name: 'a', nope: 1 }], 197], [[{ key: { a: '2dsphere' }, name: 'a' }], 238]
  ] as const) await t.rejects(db.command({ createIndexes: 'notes', indexes }), { code }, JSON.stringify(indexes))
  await notes.createIndex({ a: 1 })
  await t.rejects(notes.createIndex({ a: 1 }, { name: 'other' }), { code: 85 })
  await t.rejects(notes.createIndex({ b: 1 }, { name: 'a_1' }), { code: 86 })
})

t.test('indexes are dropped by name, by names, by key, or all', async (t) => {
  const { db, notes } = await start(t)
  const drop = async (index: unknown): Promise<Document> => withoutTimes(await db.command({ dropIndexes: 'notes', index }))
  await notes.createIndexes([{ key: { a: 1 } }, { key: { b: 1 } }, { key: { c: 1 } }, { key: { d: -1 } }, { key: { e: 1 } }, { key: { f: 1 } }])
  t.strictSame(await drop('a_1'), { nIndexesWas: 7, ok: 1 })
  t.strictSame(await drop(['b_1', 'c_1', 'b_1']), { nIndexesWas: 6, ok: 1 })
  t.strictSame(await drop({ d: -1 }), { nIndexesWas: 4, ok: 1 })
  t.strictSame(await names(notes), ['_id_', 'e_1', 'f_1'])
  t.strictSame(await drop('*'), { nIndexesWas: 3, msg: 'non-_id indexes dropped for collection', ok: 1 })
  t.strictSame(await names(notes), ['_id_'])
})

t.test('what is not an index, or must stay, is not dropped', async (t) => {
  const { db, notes } = await start(t)
  await notes.createIndexes([{ key: { a: 1 } }, { key: { b: 1 }, name: 'one' }, { key: { b: 1 }, name: 'other', sparse: true }])
  for (const [index, code] of [
    ['none', 27], [{ c: 1 }, 27], [{ a: -1 }, 27], [{ a: 'text' }, 27], ['_id_', 72], [{ _id: 1 }, 72], [['a_1', 'none'], 27], [['a_1', 5], 14], [5, 14], [{ b: 1 }, 181]
  ] as const) await t.rejects(db.command({ dropIndexes: 'notes', index }), { code }, JSON.stringify(index))
  await t.rejects(db.command({ dropIndexes: 'none', index: '*' }), { code: 26 })
  await t.rejects(db.command({ dropIndexes: 'notes' }), { code: 40414 })
  t.strictSame(await names(notes), ['_id_', 'a_1', 'one', 'other'])
})
