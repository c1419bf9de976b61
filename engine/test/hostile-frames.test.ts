import { once } from 'node:events'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { MongoClient } from 'mongodb'
import t, { type Test } from 'tap'
import { hostileBytes, wrongTypes } from '../faults/hostile-frames.js'
import { Random } from '../faults/random.js'
import { seed } from './random.js'
import { startTestEngine } from './helper.js'
import { connectRaw, message } from './raw-client.js'

/** `npm run faults -- --only wire` sends 100,000. */
const FRAMES = 500
const GROWTH_BYTES = 16 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Sends it over a connection of its own; resolves when the engine has let go of that. */
async function sendAlone (path: string, bytes: Buffer): Promise<void> {
  const socket = connect(path)
  socket.resume().on('error', () => {}) // it may be cut off while this side is writing
  const closed = once(socket, 'close')
  socket.end(bytes)
  await closed
}

async function openConnections (client: MongoClient): Promise<number> {
  return (await client.db('admin').command({ serverStatus: 1 })).connections.current
}

function usedBytes (): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The engine's socket. */
function pathOf (uri: string): string {
  return decodeURIComponent(new URL(uri).host)
}

t.test('senseless commands are all answered in their order, and the connection is as good as before', async (t) => {
  const { uri } = await startTestEngine(t)
  const random = new Random(seed)
  const connection = await connectRaw(t, pathOf(uri))
  const frames = Array.from({ length: FRAMES }, (_, n) => wrongTypes(random, n + 1))
  connection.send(...frames, message({ ping: 1, $db: 'admin' }, { requestId: FRAMES + 1 }))
  const answered: number[] = []
  while (answered.length < FRAMES) answered.push((await connection.reply()).responseTo)
  t.strictSame(answered, frames.map((_, n) => n + 1))
  t.match(await connection.reply(), { responseTo: FRAMES + 1, body: { ok: 1 } })
})

t.test('after hostile bytes the engine lives, serves others, and keeps neither connections nor memory', async (t) => {
  const { uri, client } = await startTestEngine(t, { client: { maxPoolSize: 1 } })
  const random = new Random(seed)
  const notes = client.db('witness').collection<{ _id: number }>('notes')
  await notes.insertOne({ _id: 1 })
  const connections = await openConnections(client)
  const send = async (t: Test): Promise<void> => {
    for (let n = 0; n < FRAMES / 2; n++) await sendAlone(pathOf(uri), hostileBytes(random))
    t.same(await notes.findOne(), { _id: 1 })
  }
  await send(t)
  const warm = usedBytes()
  await send(t)
  const growth = usedBytes() - warm
  t.ok(growth < GROWTH_BYTES, `${growth} bytes more`)
  t.equal(await openConnections(client), connections)
})
