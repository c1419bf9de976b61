import { Int32, Timestamp, type Db } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { startTestEngine, TIMES } from './helper.js'
import { connectRaw, message } from './raw-client.js'

async function start (t: Test): Promise<Db> {
  const { client } = await startTestEngine(t)
  return client.db('test')
}

t.test('an insert makes the collection, and is answered with a 32-bit number', async (t) => {
  const db = await start(t)
  const reply = await db.command({ insert: 'notes', documents: [{ a: 1 }, { a: 2 }] }, { promoteValues: false })
  t.strictSame(Object.keys(reply), ['n', 'ok', ...TIMES])
  t.strictSame(reply.n, new Int32(2))
  t.equal(await db.collection('notes').countDocuments(), 2)
})

t.test('a document without _id gets one, which comes first', async (t) => {
  const db = await start(t)
  await db.command({ insert: 'notes', documents: [{ a: 1 }, { a: 1, _id: 2 }] })
  const [own, made] = await db.collection('notes').find().toArray()
  t.strictSame(Object.keys(own), ['_id', 'a'])
  t.strictSame(Object.keys(made), ['_id', 'a'])
})

t.test('an empty timestamp is filled by the server', async (t) => {
  const db = await start(t)
  await db.command({ insert: 'notes', documents: [{ at: new Timestamp({ t: 0, i: 0 }) }, { at: new Timestamp({ t: 0, i: 0 }) }] })
  const [one, two] = (await db.collection('notes').find().toArray()).map(({ at }) => at as Timestamp)
  t.ok(one.t > 0 && two.compare(one) > 0)
})

t.test('behind a document that is refused nothing is inserted', async (t) => {
  const db = await start(t)
  const reply = await db.command({ insert: 'notes', documents: [{ _id: 1 }, { _id: 1 }, { _id: 2 }] })
  t.strictSame(Object.keys(reply), ['n', 'writeErrors', 'ok', ...TIMES])
  t.equal(reply.n, 1)
  t.strictSame(Object.keys(reply.writeErrors[0]), ['index', 'code', 'keyPattern', 'keyValue', 'errmsg'])
  t.match(reply.writeErrors, [{ index: 1, code: 11000, keyPattern: { _id: 1 }, keyValue: { _id: 1 } }])
  t.equal(await db.collection('notes').countDocuments(), 1)
})

t.test('without order all are inserted that can be', async (t) => {
  const db = await start(t)
  const reply = await db.command({ insert: 'notes', documents: [{ _id: 1 }, { _id: 1 }, { _id: [] }, { _id: 2 }], ordered: false })
  t.match(reply, { n: 2, ok: 1, writeErrors: [{ index: 1, code: 11000 }, { index: 2, code: 53 }] })
})

t.test('a document of more than 16 MiB is refused', async (t) => {
  const { server } = await startTestEngine(t)
  const raw = await connectRaw(t, server.address)
  raw.send(message({ insert: 'notes', $db: 'test', ordered: false }, { sequences: { documents: [{ data: Buffer.alloc(16 * 1024 * 1024) }, { a: 1 }] } }))
  t.match((await raw.reply()).body, { n: 1, writeErrors: [{ index: 0, code: 10334 }] })
})

t.test('an insert of nothing is refused', async (t) => {
  const db = await start(t)
  await t.rejects(db.command({ insert: 'notes', documents: [] }), { code: 16 })
  await t.rejects(db.command({ insert: 'notes' }), { code: 40414 })
  await t.rejects(db.command({ insert: 'notes', documents: [1] }), { code: 14 })
  await t.rejects(db.command({ insert: 'notes', documents: [{}], nope: 1 }), { code: 40415 })
})

t.test('an insert of more documents than a batch may have is refused', async (t) => {
  const { server } = await startTestEngine(t)
  const raw = await connectRaw(t, server.address)
  raw.send(message({ insert: 'notes', $db: 'test' }, { sequences: { documents: Array.from({ length: 100_001 }, () => ({})) } }))
  t.match((await raw.reply()).body, { ok: 0, code: 16 })
})

t.test('a name that no collection can have is refused', async (t) => {
  const db = await start(t)
  for (const name of ['', 'a$b', '.a', 'a.', 'system.views']) await t.rejects(db.command({ insert: name, documents: [{}] }), { code: 73 }, name)
})

t.test('a write that waits for no answer is done', async (t) => {
  const db = await start(t)
  const notes = db.collection('notes')
  const result = await notes.insertOne({ a: 1 }, { writeConcern: { w: 0 } })
  t.equal(result.acknowledged, false)
  while (await notes.countDocuments() === 0);
  await notes.updateOne({ a: 1 }, { $set: { a: 2 } }, { writeConcern: { w: 0 } })
  while (await notes.countDocuments({ a: 2 }) === 0);
  t.pass('both are done')
})

t.test('a great insert is many commits, between which others are answered', async (t) => {
  const db = await start(t)
  const notes = db.collection('notes')
  const insert = notes.insertMany(Array.from({ length: 5000 }, (_, n) => ({ n, text: 'x'.repeat(200) })))
  const counts = new Set<number>()
  while (typeof await Promise.race([insert, notes.estimatedDocumentCount().then((count) => counts.add(count).size)]) === 'number');
  t.equal((await insert).insertedCount, 5000)
  t.ok([...counts].some((count) => count > 0 && count < 5000), [...counts].join())
})

t.test('a write for more nodes than there are is done, and says so', async (t) => {
  const db = await start(t)
  for (const [_id, w, code] of [[1, 2, 100], [2, 'europe', 79]]) {
    await t.rejects(db.command({ insert: 'things', documents: [{ _id }], writeConcern: { w } }), { name: 'MongoWriteConcernError', code })
  }
  t.same(await db.collection('things').distinct('_id'), [1, 2])
})
