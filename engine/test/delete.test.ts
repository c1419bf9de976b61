import type { Collection, Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES, type TestEngine } from './helper.js'

interface World extends TestEngine { readonly db: Db, readonly notes: Collection<{ _id: number, n: number }> }

async function start (t: Test, count = 10): Promise<World> {
  const engine = await startTestEngine(t)
  const db = engine.client.db('test')
  const notes = db.collection<{ _id: number, n: number }>('notes')
  await notes.insertMany(Array.from({ length: count }, (_, _id) => ({ _id, n: _id % 2 })))
  return { ...engine, db, notes }
}

t.test('one document is deleted, or all that match', async (t) => {
  const { notes } = await start(t)
  t.equal((await notes.deleteOne({ n: 1 })).deletedCount, 1)
  t.equal((await notes.deleteMany({ n: 1 })).deletedCount, 4)
  t.equal((await notes.deleteMany({ n: 1 })).deletedCount, 0)
  t.equal(await notes.countDocuments(), 5)
})

t.test('a delete is answered in order', async (t) => {
  const { db } = await start(t)
  t.strictSame(Object.keys(await db.command({ delete: 'notes', deletes: [{ q: {}, limit: 1 }] })), ['n', 'ok', ...TIMES])
  const reply = await db.command({ delete: 'notes', deletes: [{ q: { a: { $nope: 1 } }, limit: 1 }, { q: {}, limit: 1 }] })
  t.strictSame(Object.keys(reply), ['n', 'writeErrors', 'ok', ...TIMES])
  t.match(reply, { n: 0, writeErrors: [{ index: 0, code: 2 }] })
})

t.test('thousands of documents are deleted in several commits', async (t) => {
  const { notes, store } = await start(t, 3000)
  await notes.createIndex({ n: 1 })
  t.equal((await notes.deleteMany({ n: 1 })).deletedCount, 1500)
  t.equal(await notes.estimatedDocumentCount(), 1500)
  t.strictSame(store.check(), [])
})

t.test('a statement must say what and how many', async (t) => {
  const { db, notes } = await start(t)
  for (const [bad, code] of [
    [{ q: {} }, 40414], [{ limit: 0 }, 40414], [{ q: null, limit: 0 }, 40414], [{ q: {}, limit: 2 }, 9], [{ q: {}, limit: 0, nope: 1 }, 40415], [{ q: {}, limit: '1' }, 14],
    [{ q: {}, limit: 0, collation: { locale: 'de' } }, 238]
  ] as const) await t.rejects(db.command({ delete: 'notes', deletes: [{ q: {}, limit: 0 }, bad] }), { code }, JSON.stringify(bad))
  t.equal(await notes.countDocuments(), 10)
})

t.test('a delete from a collection that is not there deletes nothing', async (t) => {
  const { db } = await start(t)
  t.match(await db.command({ delete: 'none', deletes: [{ q: {}, limit: 0 }, { q: {}, limit: 1 }] }), { n: 0, ok: 1 })
})
