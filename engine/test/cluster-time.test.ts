import { MongoClient, Timestamp, type Db, type Document } from 'mongodb'
import t, { type Test } from 'tap'
import { commands } from '../commands/table.js'
import { createServer } from '../server.js'
import { openStore } from '../storage/store.js'
import { startTestEngine, temporaryDirectory, TIMES } from './helper.js'
import { connectRaw, message, query } from './raw-client.js'

const FAR = new Timestamp({ t: 0xffff_ffff, i: 1 })

async function start (t: Test): Promise<Db> {
  const { client } = await startTestEngine(t)
  return client.db('test')
}

function timeOf (reply: Document): bigint {
  return reply.operationTime.toBigInt()
}

t.test('every reply ends with the cluster time, unsigned, and the operation time: also one that says no', async (t) => {
  const { directory } = await startTestEngine(t)
  const raw = await connectRaw(t, `${directory}/engine.sock`)
  for (const body of [{ ping: 1 }, { hello: 1 }, { nope: 1 }, { find: 'a', nope: 1 }, { find: 'a' }]) {
    raw.send(message({ ...body, $db: 'test' }))
    const reply = (await raw.reply()).body
    t.same(Object.keys(reply).slice(-2), TIMES, JSON.stringify(body))
    t.same(reply.$clusterTime.clusterTime, reply.operationTime)
    t.same(reply.$clusterTime.signature.hash.buffer, Buffer.alloc(20))
    t.equal(Number(reply.$clusterTime.signature.keyId), 0)
  }
  raw.send(query({ isMaster: 1 }))
  t.same(Object.keys((await raw.reply()).body).slice(-2), TIMES)
})

t.test('the time grows with each write, and a read tells that of the last commit', async (t) => {
  const db = await start(t)
  const first = await db.command({ insert: 'a', documents: [{ _id: 1 }] })
  const second = await db.command({ update: 'a', updates: [{ q: {}, u: { $set: { n: 1 } } }] })
  t.ok(timeOf(second) > timeOf(first))
  t.equal(timeOf(await db.command({ find: 'a' })), timeOf(second))
  t.equal(timeOf(await db.command({ update: 'a', updates: [{ q: {}, u: { $set: { n: 1 } } }] })), timeOf(second), 'nothing has changed')
})

t.test('the time never goes back, whatever the system clock does between two runs', async (t) => {
  const directory = await temporaryDirectory(t)
  let last = 0n
  for (const now of [2_000_000_000_000, 1_000_000_000_000, 1_000]) {
    const store = await openStore(directory, { now: () => now })
    const server = createServer({ store, commands, log: () => {} })
    await server.listen({ path: `${directory}/engine.sock` })
    const client = new MongoClient(`mongodb://${encodeURIComponent(`${directory}/engine.sock`)}/test?directConnection=true`)
    t.ok(timeOf(await client.db().command({ ping: 1 })) >= last)
    const written = timeOf(await client.db().command({ insert: 'a', documents: [{}] }))
    t.ok(written > last)
    last = written
    await client.close()
    await server.close()
    await store.close()
  }
})

t.test("a client's cluster time does not move the clock, and one of another age is refused", async (t) => {
  const { directory } = await startTestEngine(t)
  const raw = await connectRaw(t, `${directory}/engine.sock`)
  const send = async ($clusterTime?: Document): Promise<Document> => {
    raw.send(message({ insert: 'a', documents: [{}], $db: 'test', ...($clusterTime && { $clusterTime }) }))
    return (await raw.reply()).body
  }
  const { $clusterTime } = await send()
  const ahead = new Timestamp({ t: $clusterTime.clusterTime.t + 3600, i: 1 })
  t.ok(timeOf(await send({ ...$clusterTime, clusterTime: ahead })) < ahead.toBigInt())
  t.match(await send({ ...$clusterTime, clusterTime: FAR }), { ok: 0, code: 209 })
  t.match(await send({ clusterTime: 5 }), { ok: 0, code: 14 })
  t.match(await send({}), { ok: 0, code: 4 })
  t.match(await send({ ...$clusterTime, signature: 1 }), { ok: 0, code: 14 })
  t.match(await send({ clusterTime: $clusterTime.clusterTime }), { ok: 1 })
})

t.test('a read after a time that has not come is refused, one after a write is answered', async (t) => {
  const db = await start(t)
  const { operationTime } = await db.command({ insert: 'a', documents: [{ _id: 1 }] })
  const find = async (readConcern: Document): Promise<Document> => await db.command({ find: 'a', readConcern })
  t.match((await find({ afterClusterTime: operationTime })).cursor, { firstBatch: [{ _id: 1 }] })
  t.match(await find({ level: 'majority', afterClusterTime: operationTime }), { ok: 1 })
  await t.rejects(find({ afterClusterTime: new Timestamp({ t: operationTime.t, i: operationTime.i + 1 }) }), { code: 72 })
  await t.rejects(find({ afterClusterTime: FAR }), { code: 72 })
  await t.rejects(find({ afterClusterTime: new Timestamp({ t: 0, i: 0 }) }), { code: 72 })
  await t.rejects(find({ level: 'available', afterClusterTime: operationTime }), { code: 72 })
  await t.rejects(find({ afterClusterTime: 1 }), { code: 14 })
})

t.test('a session reads what it has written, with the times that the driver sends', async (t) => {
  const { client } = await startTestEngine(t)
  const notes = client.db('test').collection('notes')
  await client.withSession({ causalConsistency: true }, async (session) => {
    for (let n = 0; n < 5; n++) {
      const { insertedId } = await notes.insertOne({ n }, { session })
      t.match(await notes.findOne({ _id: insertedId }, { session }), { n })
    }
  })
})
