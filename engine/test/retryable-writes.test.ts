import { Binary, Long, UUID, type Collection, type Document } from 'mongodb'
import t from 'tap'
import type { Test } from 'tap'
import { commands } from '../commands/table.js'
import { createServer } from '../server.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, withoutTimes, type TestEngine } from './helper.js'
import { connectRaw, message, type RawClient } from './raw-client.js'

interface World extends TestEngine {
  readonly notes: Collection
  /** Sends a command as a driver that tries again would: with the session and number it is given. */
  send (command: Document, txnNumber: number, session?: UUID): Promise<Document>
}

const SESSION = new UUID()

function sender (raw: RawClient): World['send'] {
  return async (command, txnNumber, session = SESSION) => {
    raw.send(message({ ...command, $db: 'test', lsid: { id: new Binary(session.buffer, 4) }, txnNumber: Long.fromNumber(txnNumber) }))
    return (await raw.reply()).body
  }
}

async function start (t: Test): Promise<World> {
  const engine = await startTestEngine(t)
  return { ...engine, notes: engine.client.db('test').collection('notes'), send: sender(await connectRaw(t, engine.server.address)) }
}

t.test('an insert that is sent twice is done once and answered twice', async (t) => {
  const { notes, send } = await start(t)
  const insert = { insert: 'notes', documents: [{ a: 1 }, { a: 2 }, { a: 3 }] }
  const first = await send(insert, 1)
  t.match(first, { n: 3, ok: 1 })
  t.strictSame(await send(insert, 1), first)
  t.equal(await notes.countDocuments(), 3)
})

t.test('statements that failed are tried again, those that were done are not', async (t) => {
  const { notes, send } = await start(t)
  await notes.insertOne({ _id: 2 as never })
  const insert = { insert: 'notes', documents: [{ _id: 1 }, { _id: 2 }, { _id: 3 }], ordered: false }
  t.match(await send(insert, 1), { n: 2, writeErrors: [{ index: 1, code: 11000 }] })
  await notes.deleteOne({ _id: 2 as never })
  t.strictSame(withoutTimes(await send(insert, 1)), { n: 3, ok: 1 })
})

t.test('an update that is sent twice is done once', async (t) => {
  const { notes, send } = await start(t)
  await notes.insertMany([{ a: 1, n: 0 }, { a: 1, n: 0 }])
  const update = { update: 'notes', updates: [{ q: { a: 1, n: 0 }, u: { $inc: { n: 1 } } }, { q: { b: 1 }, u: { $set: { c: 1 } }, upsert: true }, { q: { none: 1 }, u: { $set: { n: 9 } } }] }
  const first = await send(update, 7)
  t.match(first, { n: 2, nModified: 1, upserted: [{ index: 1 }] })
  t.strictSame(await send(update, 7), first)
  t.equal(await notes.countDocuments({ n: 1 }), 1)
  t.equal(await notes.countDocuments({ b: 1 }), 1)
})

t.test('an update that found nothing finds nothing when it is sent again', async (t) => {
  const { notes, send } = await start(t)
  const update = { update: 'notes', updates: [{ q: { a: 1 }, u: { $inc: { n: 1 } } }] }
  t.match(await send(update, 1), { n: 0, nModified: 0 })
  await notes.insertOne({ a: 1 })
  t.match(await send(update, 1), { n: 0, nModified: 0 })
})

t.test('a delete that is sent twice deletes one document', async (t) => {
  const { notes, send } = await start(t)
  await notes.insertMany([{ a: 1 }, { a: 1 }, { a: 1 }])
  const remove = { delete: 'notes', deletes: [{ q: { a: 1 }, limit: 1 }] }
  t.match(await send(remove, 1), { n: 1 })
  t.match(await send(remove, 1), { n: 1 })
  t.equal(await notes.countDocuments(), 2)
  await notes.deleteMany({})
  t.match(await send(remove, 1), { n: 1 })
})

t.test('findAndModify answers with the same document again', async (t) => {
  const { notes, send } = await start(t)
  await notes.insertMany([{ _id: 1 as never, n: 1, x: 5 }, { _id: 2 as never, n: 2, x: 6 }])
  const change = { findAndModify: 'notes', query: {}, sort: { n: -1 }, update: { $inc: { n: -10 } }, new: true, fields: { n: 1 } }
  const first = await send(change, 1)
  t.match(first, { lastErrorObject: { n: 1, updatedExisting: true }, value: { _id: 2, n: -8 } })
  t.notOk('x' in first.value)
  t.strictSame(await send(change, 1), first)
  const remove = { findAndModify: 'notes', query: {}, sort: { n: 1 }, remove: true }
  t.match(await send(remove, 2), { lastErrorObject: { n: 1 }, value: { _id: 2, n: -8, x: 6 } })
  t.match(await send(remove, 2), { lastErrorObject: { n: 1 }, value: { _id: 2, n: -8, x: 6 } })
  t.equal(await notes.countDocuments(), 1)
})

t.test('a number older than the newest of its session is refused, whatever it is for', async (t) => {
  const { notes, send } = await start(t)
  await send({ insert: 'notes', documents: [{ a: 1 }] }, 5)
  const tooOld = { ok: 0, code: 225, codeName: 'TransactionTooOld' }
  t.match(await send({ insert: 'notes', documents: [{ a: 2 }] }, 4), tooOld)
  t.match(await send({ update: 'notes', updates: [{ q: { a: 1 }, u: { $set: { b: 1 } } }] }, 4), tooOld)
  t.match(await send({ delete: 'notes', deletes: [{ q: { a: 1 }, limit: 1 }] }, 4), tooOld)
  t.match(await send({ findAndModify: 'notes', query: { a: 1 }, remove: true }, 4), tooOld)
  t.match(await send({ insert: 'notes', documents: [{ a: 2 }] }, 4, new UUID()), { n: 1 })
  t.equal(await notes.countDocuments({ b: { $exists: false } }), 2)
})

t.test('a newer number forgets the outcomes of the one before', async (t) => {
  const { notes, send } = await start(t)
  const many = Array.from({ length: 150 }, (_, n) => ({ n }))
  await send({ insert: 'notes', documents: many }, 1)
  await send({ insert: 'notes', documents: [{ a: 1 }] }, 2)
  t.match(await send({ insert: 'notes', documents: many }, 1), { code: 225 })
  t.match(await send({ insert: 'notes', documents: many }, 3), { n: 150 })
  t.equal(await notes.countDocuments(), 301)
})

t.test('the newest number is known even if the first statements have failed', async (t) => {
  const { notes, send } = await start(t)
  const documents = Array.from({ length: 70 }, (_, _id) => ({ _id }))
  await notes.insertMany(documents.slice(0, 65) as never[])
  t.match(await send({ insert: 'notes', documents, ordered: false }, 2), { n: 5 })
  t.match(await send({ insert: 'notes', documents: [{ a: 1 }] }, 1), { code: 225 })
  t.match(await send({ insert: 'notes', documents, ordered: false }, 2), { n: 5 })
})

t.test('a statement about many documents cannot be tried again', async (t) => {
  const { send } = await start(t)
  t.match(await send({ update: 'notes', updates: [{ q: {}, u: { $set: { a: 1 } }, multi: true }] }, 1), { n: 0, writeErrors: [{ code: 72 }] })
  t.match(await send({ delete: 'notes', deletes: [{ q: {}, limit: 0 }] }, 2), { n: 0, writeErrors: [{ code: 72 }] })
})

t.test('what was done is known after a restart', async (t) => {
  const { notes, send, client, server, store, directory } = await start(t)
  const insert = { insert: 'notes', documents: Array.from({ length: 70 }, (_, n) => ({ n })) }
  const first = await send(insert, 1)
  await client.close()
  await server.close()
  await store.close()
  const reopened = await openStore(directory)
  const next = createServer({ store: reopened, commands, log: () => {} })
  await next.listen({ path: `${directory}/next.sock` })
  t.teardown(() => next.close().then(() => reopened.close()))
  const again = sender(await connectRaw(t, next.address))
  t.strictSame(await again(insert, 1), first)
  t.match(await again({ insert: 'notes', documents: [{ n: 1 }] }, 0), { code: 225 })
  t.equal(reopened.read.count(reopened.catalog.collections()[0]), 70)
  t.ok(notes)
})

t.test('two sendings at the same time are one write', async (t) => {
  const { notes, send, server } = await start(t)
  const other = sender(await connectRaw(t, server.address))
  await notes.insertMany([{ n: 0 }, { n: 0 }])
  const update = { update: 'notes', updates: [{ q: { n: 0 }, u: { $inc: { n: 1 } } }] }
  t.strictSame(await send(update, 1), await other(update, 1))
  const [one, two] = await Promise.all([send(update, 2), other(update, 2)])
  t.strictSame(one, two)
  t.equal(await notes.countDocuments({ n: 1 }), 2)
})

t.test('thousands of statements with a number cost as much each as a few', async (t) => {
  const { notes } = await start(t)
  const documents = Array.from({ length: 5000 }, (_, _id) => ({ _id: _id as never, text: 'x'.repeat(300) }))
  t.equal((await notes.insertMany(documents)).insertedCount, 5000)
  const { modifiedCount } = await notes.bulkWrite(documents.slice(0, 2000).map(({ _id }) => ({ updateOne: { filter: { _id }, update: { $set: { n: 1 } } } })))
  t.equal(modifiedCount, 2000)
})
