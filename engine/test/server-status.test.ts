import { setImmediate } from 'node:timers/promises'
import { Long, type Document, type MongoClient } from 'mongodb'
import t from 'tap'
import { StreamClient } from './change-stream-client.js'
import { startTestEngine } from './helper.js'
import { connectRaw, message } from './raw-client.js'

async function status (client: MongoClient): Promise<Document> {
  return await client.db('admin').command({ serverStatus: 1 })
}

t.test('operations are counted as in MongoDB: writes by their statements', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection<{ _id: number, a?: number }>('things')
  const { opcounters: before } = await status(client)
  t.strictSame(Object.keys(before), ['insert', 'query', 'update', 'delete', 'getmore', 'command'])
  await things.insertMany([1, 2, 3].map((_id) => ({ _id })))
  await things.find().batchSize(2).toArray()
  await things.bulkWrite([{ updateOne: { filter: { _id: 1 }, update: { $set: { a: 1 } } } }, { updateMany: { filter: {}, update: { $set: { a: 2 } } } }])
  await things.deleteMany({ _id: { $gt: 1 } })
  await things.findOneAndUpdate({ _id: 1 }, { $set: { a: 3 } })
  await things.aggregate([{ $match: {} }]).toArray()
  const { opcounters: after } = await status(client)
  const counted = Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count as number - before[name]]))
  t.strictSame(counted, { insert: 3, query: 1, update: 2, delete: 1, getmore: 1, command: 3 }, 'the last are findAndModify, aggregate, serverStatus')
})

t.test('counters are int64, as the tools of MongoDB expect', async (t) => {
  const { client } = await startTestEngine(t)
  const { opcounters, network } = await client.db('admin').command({ serverStatus: 1 }, { promoteLongs: false })
  for (const count of [...Object.values(opcounters), ...Object.values(network)]) t.ok(Long.isLong(count))
})

t.test('what is sent and received is counted, also on connections that are closed', async (t) => {
  const { client, directory } = await startTestEngine(t)
  await client.db('test').command({ ping: 1 })
  const { network: before, connections } = await status(client)
  const raw = await connectRaw(t, `${directory}/engine.sock`)
  const request = message({ ping: 1, $db: 'test' })
  raw.send(request)
  await raw.reply()
  const { bytesRead } = raw.socket
  raw.socket.destroy()
  let after = await status(client)
  let asked = 1
  for (; after.connections.current > connections.current; asked++) after = await status(client)
  t.equal(after.network.numRequests - before.numRequests, 1 + asked)
  t.ok(after.network.bytesIn - before.bytesIn >= request.length)
  t.ok(after.network.bytesOut - before.bytesOut >= bytesRead)
  t.match(after.connections, { totalCreated: connections.totalCreated + 1, available: 1000 - after.connections.current, active: 1 })
})

t.test('mongostat finds what it prints', async (t) => {
  const { client, server } = await startTestEngine(t)
  t.match(await status(client), {
    host: String,
    process: 'quire-engine',
    mem: { resident: Number, virtual: process.platform === 'linux' ? Number : undefined, supported: true },
    globalLock: { totalTime: Number, currentQueue: { total: 0, readers: 0, writers: 0 }, activeClients: { total: 0, readers: 0, writers: 0 } },
    repl: { setName: 'quire', ismaster: true, me: server.address },
    extra_info: { page_faults: Number }
  })
})

t.test('sections are left out when asked', async (t) => {
  const { client } = await startTestEngine(t)
  const reply = await client.db('admin').command({ serverStatus: 1, repl: 0, metrics: false, recordStats: 0, network: 1 })
  t.notOk('repl' in reply)
  t.notOk('metrics' in reply)
  t.ok('network' in reply)
})

t.test('who writes is active, also while it waits for a transaction', async (t) => {
  const { client } = await startTestEngine(t)
  const things = client.db('test').collection<{ _id: number }>('things')
  await things.insertOne({ _id: 1 })
  const session = client.startSession()
  t.teardown(() => session.endSession())
  session.startTransaction()
  await things.deleteOne({ _id: 1 }, { session })
  const waiting = things.deleteOne({ _id: 1 })
  let active: Document
  do active = (await status(client)).globalLock.activeClients
  while (active.total === 0)
  t.strictSame(active, { total: 1, readers: 0, writers: 1 })
  await session.abortTransaction()
  await waiting
})

t.test('who only waits for changes is not active', async (t) => {
  const { client, store } = await startTestEngine(t)
  const batch = (await StreamClient.open(client.db('test'), 'a')).next({ maxTimeMS: 60_000 })
  while (store.watchers.count === 0) await setImmediate()
  t.match((await status(client)).globalLock, { activeClients: { total: 0 } })
  await client.db('test').collection('a').insertOne({})
  await batch
})

t.test('a command has one time, which is the one of all that it answers', async (t) => {
  let looks = 0
  const { directory } = await startTestEngine(t, { clock: () => new Date(1000 * looks++) })
  const raw = await connectRaw(t, `${directory}/engine.sock`)
  const run = async (command: Document): Promise<Document> => {
    raw.send(message({ ...command, $db: 'admin' }))
    const { body } = await raw.reply()
    t.equal(body.ok, 1)
    return body
  }
  const { uptimeMillis, globalLock } = await run({ serverStatus: 1 })
  t.equal(globalLock.totalTime, uptimeMillis * 1000)
  const commands = [
    { hello: 1 }, { hostInfo: 1 }, { replSetGetStatus: 1 },
    { create: 'view', viewOn: 'a', pipeline: [] }, { collMod: 'view', viewOn: 'b', pipeline: [] },
    { aggregate: 1, pipeline: [{ $changeStream: { allChangesForCluster: true } }], cursor: {} }
  ]
  for (const command of commands) {
    const before = looks
    await run(command)
    t.equal(looks - before, 1, Object.keys(command)[0])
  }
})
